// The progress of a plan that is carried out; the page is loaded again at its end.
const progress = document.querySelector("#applying progress");
const count = document.getElementById("count");
const SECONDS = 0.5;

async function look() {
  try {
    const response = await fetch("/plan/progress", { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const state = await response.json();
    if (state.finished) {
      location.reload();
      return;
    }
    progress.value = state.count;
    count.textContent = String(state.count);
  } catch {
    // The next look may succeed; the ledger knows how far it is.
  }
  setTimeout(look, SECONDS * 1000);
}
setTimeout(look, SECONDS * 1000);
