"use strict";
(() => {
  const buttons = [...document.querySelectorAll("[data-language]")];
  const speak = (language) => {
    document.documentElement.lang = language;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  };
  for (const button of buttons) button.addEventListener("click", () => speak(button.dataset.language));
  speak(document.documentElement.lang);
  for (const part of document.querySelectorAll(".switch")) part.hidden = false;
})();
