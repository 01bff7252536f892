/** Hands the one-time code to Teams, which closes this window. Where there is no Teams, the page says what to do by hand. */

const code = document.querySelector("[data-code]").dataset.code;

async function handOver() {
  await microsoftTeams.app.initialize();
  microsoftTeams.authentication.notifySuccess(code);
}

if (globalThis.microsoftTeams) handOver().catch((fault) => console.info("Teams did not take the code:", fault));
