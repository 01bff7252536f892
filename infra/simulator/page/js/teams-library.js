/**
 * Stands in for Microsoft's Teams library in the windows that a sign-in opens: the few calls that such a page makes, in its names and with
 * its messages. The code goes to the page that this script comes from and to nobody else.
 *
 * https://learn.microsoft.com/javascript/api/@microsoft/teams-js/authentication
 */
{
  const client = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src).origin;

  /** @param {string} func @param {string} result */
  const notify = (func, result) => {
    window.opener?.postMessage({ func, args: [result] }, client);
    window.close();
  };

  globalThis.microsoftTeams = {
    app: { initialize: async () => (window.opener ? undefined : Promise.reject(new Error("No parent window found"))) },
    authentication: {
      notifySuccess: (/** @type {string} */ result) => notify("authentication.authenticate.success", result),
      notifyFailure: (/** @type {string} */ reason) => notify("authentication.authenticate.failure", reason),
    },
  };
}
