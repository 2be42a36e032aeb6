"""The detection limit: how many posts a rule hears of, how surely and how soon, tried out in a shadow of the past."""
