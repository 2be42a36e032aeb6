"""How two given names can be alike, as conditions in DuckDB's SQL over the prepared names of both rows."""

__all__ = ["INITIALS", "LOST", "NICK", "ONE_OF_TWO", "TURNED", "TWO"]

TWO = "length(gn_l) = 2 AND length(gn_r) = 2 AND ascii(gn_l) > 13000"
ONE_OF_TWO = f"{TWO} AND (gn_l[1] = gn_r[1] OR gn_l[2] = gn_r[2])"
TURNED = f"{TWO} AND gn_l[1] = gn_r[2] AND gn_l[2] = gn_r[1]"
LOST = "ascii(gn_l) > 13000 AND length(gn_l) + length(gn_r) = 3 AND (contains(gn_l, gn_r) OR contains(gn_r, gn_l))"
# 王伟 says all of its name, and is no short form of 王伟明
_WHOLE = [f"(nk_{one} = gn_{one} AND sn_{one} IS NOT NULL AND ascii(gn_{one}) > 13000)" for one in "lr"]
NICK = (
    f"NOT {_WHOLE[1]} AND list_contains(answers_l, nk_r) OR NOT {_WHOLE[0]} AND list_contains(answers_r, nk_l)"
    " OR (nk_l = nk_r AND gn_l <> gn_r)"
)
INITIALS = (
    "(ends_with(gn_l, '.') OR ends_with(gn_r, '.'))"
    " AND (starts_with(gn_ini_l, gn_ini_r) OR starts_with(gn_ini_r, gn_ini_l))"
)
