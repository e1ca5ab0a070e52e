const form = document.querySelector("form");
const output = document.querySelector("output");

form.addEventListener("submit", (event) => {
  event.preventDefault(); // a server would get first=7&second=5
  const answers = new FormData(form);
  const isRight = answers.get("first") === "7" && answers.get("second") === "5";
  output.value = isRight ? "Both are right." : "Not yet. Draw again.";
});

form.addEventListener("reset", () => {
  output.value = "";
});
