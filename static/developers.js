// A button beside each block of code, for those who would rather not select it by hand, and the
// name of this page in sight where the contents are a strip.

document.querySelector(".manual-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const block of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  block.append(button);
}
