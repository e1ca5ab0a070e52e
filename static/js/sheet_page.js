// Printing needs a script for its button alone; browsers print the page without one, too.
const button = document.querySelector('[data-action="print"]');
button.hidden = false;
button.addEventListener("click", () => window.print());
