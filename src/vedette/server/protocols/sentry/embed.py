"""The crash-report dialog: a page asks its user what happened, and posts the answer as a user report.

Called by the SDKs' `showReportDialog`: https://docs.sentry.io/platforms/javascript/user-feedback/#crash-report-modal.
"""

DIALOG = b"""(function () {
  var script = document.currentScript;
  var query = script ? script.src : "";
  var box = document.createElement("dialog");
  box.innerHTML =
    "<form method=dialog><h2>It looks like we are having issues.</h2>" +
    "<p>If you would like to help, tell us what happened.</p>" +
    "<p><input name=name placeholder=Name></p><p><input name=email type=email placeholder=Email></p>" +
    "<p><textarea name=comments rows=5 required placeholder='What happened?'></textarea></p>" +
    "<p><button value=send>Send report</button> <button value=close formnovalidate>Close</button></p></form>";
  document.body.appendChild(box);
  box.addEventListener("close", function () {
    if (box.returnValue === "send") {
      var data = new URLSearchParams(new FormData(box.querySelector("form")));
      fetch(query, { method: "POST", body: data });
    }
    box.remove();
  });
  box.showModal();
})();
"""
