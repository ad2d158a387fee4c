/* The crash-report dialog. The same text for everyone: what differs is read from this script's own address and only
   ever becomes text, so nothing in it can run. Class and field names are those that pages know from Sentry's. */
(function () {
  "use strict";
  var CLOSED = "__sentry_reportdialog_closed__"; // what showReportDialog waits for to call onClose
  var WORDS = {
    en: ["It looks like we’re having issues.", "Our team has been notified.", "If you’d like to help, tell us what happened below.", "Name", "Email", "What happened?", "Close", "Submit crash report", "An unknown error occurred while submitting your report. Please try again.", "Some fields were invalid. Please correct the errors and try again.", "Your feedback has been sent. Thank you!"],
    de: ["Hier ist etwas schiefgegangen.", "Unser Team weiß Bescheid.", "Wenn Sie helfen möchten, schreiben Sie uns, was passiert ist.", "Name", "E-Mail", "Was ist passiert?", "Schließen", "Bericht senden", "Der Bericht konnte nicht gesendet werden. Bitte versuchen Sie es noch einmal.", "Einige Angaben sind ungültig. Bitte korrigieren Sie sie.", "Ihr Bericht wurde gesendet. Vielen Dank!"],
    fr: ["Un problème est survenu.", "Notre équipe a été prévenue.", "Si vous souhaitez nous aider, dites-nous ce qui s’est passé.", "Nom", "E-mail", "Que s’est-il passé ?", "Fermer", "Envoyer le rapport", "Le rapport n’a pas pu être envoyé. Veuillez réessayer.", "Certains champs ne sont pas valides. Corrigez-les et réessayez.", "Votre message a été envoyé. Merci !"],
    es: ["Parece que tenemos un problema.", "Hemos avisado a nuestro equipo.", "Si quiere ayudarnos, cuéntenos qué ha pasado.", "Nombre", "Correo electrónico", "¿Qué ha pasado?", "Cerrar", "Enviar informe", "No se ha podido enviar el informe. Inténtelo de nuevo.", "Algunos campos no son válidos. Corríjalos e inténtelo de nuevo.", "Su mensaje se ha enviado. ¡Gracias!"],
    it: ["Si è verificato un problema.", "Il nostro team è stato avvisato.", "Se vuole aiutarci, ci racconti che cosa è successo.", "Nome", "E-mail", "Che cosa è successo?", "Chiudi", "Invia segnalazione", "Non è stato possibile inviare la segnalazione. Riprovi.", "Alcuni campi non sono validi. Li corregga e riprovi.", "La segnalazione è stata inviata. Grazie!"],
    pt: ["Parece que temos um problema.", "A nossa equipa foi avisada.", "Se quiser ajudar, conte-nos o que aconteceu.", "Nome", "E-mail", "O que aconteceu?", "Fechar", "Enviar relatório", "Não foi possível enviar o relatório. Tente novamente.", "Alguns campos são inválidos. Corrija-os e tente novamente.", "A sua mensagem foi enviada. Obrigado!"],
    nl: ["Er is iets misgegaan.", "Ons team is op de hoogte gebracht.", "Wilt u helpen? Vertel ons wat er is gebeurd.", "Naam", "E-mail", "Wat is er gebeurd?", "Sluiten", "Rapport versturen", "Het rapport kon niet worden verstuurd. Probeer het opnieuw.", "Sommige velden zijn ongeldig. Verbeter ze en probeer het opnieuw.", "Uw bericht is verstuurd. Bedankt!"],
    ja: ["問題が発生しました。", "担当チームに通知されました。", "よろしければ、何が起きたかお知らせください。", "お名前", "メールアドレス", "何が起きましたか？", "閉じる", "レポートを送信", "レポートを送信できませんでした。もう一度お試しください。", "入力内容に誤りがあります。修正してもう一度お試しください。", "送信されました。ありがとうございます。"],
    zh: ["出现了一些问题。", "我们的团队已收到通知。", "如果您愿意帮忙，请告诉我们发生了什么。", "姓名", "电子邮箱", "发生了什么？", "关闭", "提交报告", "提交报告时出错，请重试。", "部分内容无效，请更正后重试。", "您的反馈已发送，谢谢！"],
  };
  var OPTIONS = ["title", "subtitle", "subtitle2", "labelName", "labelEmail", "labelComments", "labelClose", "labelSubmit", "errorGeneric", "errorFormEntry", "successMessage"];
  var STYLE =
    ".sentry-error-embed-wrapper,.sentry-error-embed-wrapper *{all:revert;box-sizing:border-box}" +
    "dialog.sentry-error-embed-wrapper{--ground:#fff;--text:#1d2129;--dim:#5c6470;--line:#868d98;--accent:#2f5bd7;--on-accent:#fff;--bad:#b42318;" +
    "width:min(560px,calc(100vw - 24px));max-height:calc(100vh - 24px);padding:0;border:0;border-radius:10px;overflow:auto;text-align:start;" +
    "background:var(--ground);color:var(--text);box-shadow:0 12px 48px rgba(0,0,0,.35);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}" +
    "dialog.sentry-error-embed-wrapper::backdrop{background:rgba(12,14,18,.55)}" +
    ".sentry-error-embed-wrapper .sentry-error-embed{padding:24px}" +
    ".sentry-error-embed-wrapper h2{margin:0 0 4px;font-size:20px;line-height:1.3;font-weight:600;overflow-wrap:anywhere}" +
    ".sentry-error-embed-wrapper p{margin:0;color:var(--dim);overflow-wrap:anywhere}" +
    ".sentry-error-embed-wrapper .form-field{margin-top:14px}" +
    ".sentry-error-embed-wrapper label{display:block;margin-bottom:4px;font-weight:550;font-size:14px}" +
    ".sentry-error-embed-wrapper input,.sentry-error-embed-wrapper textarea{display:block;width:100%;margin:0;padding:8px 10px;border:1px solid var(--line);border-radius:6px;background:var(--ground);color:var(--text);font:inherit}" +
    ".sentry-error-embed-wrapper textarea{min-height:104px;resize:vertical}" +
    ".sentry-error-embed-wrapper :is(input,textarea,button):focus-visible{outline:2px solid var(--accent);outline-offset:1px}" +
    ".sentry-error-embed-wrapper [aria-invalid=true]{border-color:var(--bad)}" +
    ".sentry-error-embed-wrapper .error{margin-top:4px;color:var(--bad);font-size:13px}" +
    ".sentry-error-embed-wrapper .error:empty{display:none}" +
    ".sentry-error-embed-wrapper .form-submit{display:flex;flex-wrap:wrap;gap:10px;justify-content:flex-end;margin-top:20px}" +
    ".sentry-error-embed-wrapper button{padding:8px 16px;border:1px solid var(--line);border-radius:6px;background:none;color:var(--text);font:inherit;font-weight:550;cursor:pointer}" +
    ".sentry-error-embed-wrapper button.btn{border-color:var(--accent);background:var(--accent);color:var(--on-accent)}" +
    ".sentry-error-embed-wrapper button[disabled]{opacity:.6;cursor:progress}" +
    "@media (prefers-color-scheme:dark){dialog.sentry-error-embed-wrapper{--ground:#1b1e24;--text:#eceef2;--dim:#a6adb9;--line:#727a87;--accent:#8aa9ff;--on-accent:#10131a;--bad:#ff9d92}}";

  var script = document.currentScript || document.querySelector("script[src*='/api/embed/error-page/']");
  if (!script) return;
  var address = new URL(script.src);
  var query = address.searchParams;
  var open = document.querySelector("dialog.sentry-error-embed-wrapper");
  if (open) return; // what someone is writing is not taken from under their hands

  var language = (query.get("lang") || navigator.language || "en").toLowerCase().split(/[-_]/)[0];
  if (!Object.prototype.hasOwnProperty.call(WORDS, language)) language = "en";
  var say = {};
  OPTIONS.forEach(function (name, index) {
    var own = query.get(name);
    say[name] = own === null || own === "undefined" || own === "null" ? WORDS[language][index] : own;
  });
  function given(name) {
    var own = query.get(name);
    return own === null || own === "undefined" || own === "null" ? "" : own;
  }
  function make(tag, attributes, children) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    (children || []).forEach(function (child) { element.append(child); }); // strings become text
    return element;
  }

  var fields = {};
  function field(tag, name, label, attributes) {
    var problem = make("div", { class: "error", id: "sentry-error-" + name });
    var input = make(tag, Object.assign({ id: "id_" + name, name: name, "aria-describedby": problem.id }, attributes));
    input.value = given(name);
    fields[name] = { input: input, problem: problem };
    return make("div", { class: "form-field" }, [make("label", { for: input.id }, [label]), input, problem]);
  }
  var general = make("div", { class: "error", role: "alert" });
  var submit = make("button", { type: "submit", class: "btn" }, [say.labelSubmit]);
  var close = make("button", { type: "button", class: "close" }, [say.labelClose]);
  var form = make("form", { novalidate: "" }, [
    field("input", "name", say.labelName, { autocomplete: "name", maxlength: "200" }),
    field("input", "email", say.labelEmail, { type: "email", autocomplete: "email", maxlength: "200" }),
    field("textarea", "comments", say.labelComments, { required: "", maxlength: "8192", rows: "4" }),
    general,
    make("div", { class: "form-submit" }, [close, submit]),
  ]);
  var head = make("header", {}, [make("h2", { id: "sentry-error-title" }, [say.title]), make("p", { id: "sentry-error-text" }, [say.subtitle, " ", say.subtitle2])]);
  var body = make("div", { class: "sentry-error-embed" }, [head, form]);
  var dialog = make("dialog", { class: "sentry-error-embed-wrapper", "aria-labelledby": "sentry-error-title", "aria-describedby": "sentry-error-text" }, [body]);
  if (query.get("lang") || language !== "en") dialog.lang = language;

  // A constructed sheet needs no permission of the page's Content-Security-Policy; an older browser gets an element.
  var sheet = null;
  try {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets = document.adoptedStyleSheets.concat(sheet);
  } catch (_) {
    sheet = null;
    dialog.prepend(make("style", {}, [STYLE]));
  }

  function tell(name, text) {
    fields[name].problem.textContent = text;
    fields[name].input.setAttribute("aria-invalid", String(Boolean(text)));
  }
  function refuse(problems) {
    var first = null;
    Object.keys(fields).forEach(function (name) {
      tell(name, problems[name] || "");
      if (problems[name] && !first) first = fields[name].input;
    });
    general.textContent = first ? say.errorFormEntry : "";
    if (first) first.focus();
    return first !== null;
  }
  function wrong() {
    var problems = {};
    Object.keys(fields).forEach(function (name) {
      var input = fields[name].input;
      if (name === "comments" && !input.value.trim()) input.value = "";
      problems[name] = input.validationMessage; // in the browser's own language
    });
    return problems;
  }
  function thank() {
    form.remove();
    head.querySelector("p").remove();
    dialog.removeAttribute("aria-describedby");
    var text = make("p", { role: "status", class: "success-message" });
    body.append(text, make("div", { class: "form-submit" }, [close]));
    text.textContent = say.successMessage;
    close.focus();
  }
  function fail(answer) {
    submit.disabled = false;
    var errors = (answer && answer.errors) || {};
    var problems = {};
    Object.keys(fields).forEach(function (name) { problems[name] = errors[name] ? [].concat(errors[name]).join(" ") : ""; });
    if (!refuse(problems)) general.textContent = say.errorGeneric;
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (submit.disabled || refuse(wrong())) return;
    submit.disabled = true;
    var to = new URL(address.pathname, address.origin);
    ["dsn", "eventId"].forEach(function (name) { to.searchParams.set(name, given(name)); });
    fetch(to, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "omit" }).then(
      function (answer) {
        if (answer.ok) return thank();
        return answer.json().then(fail, function () { fail(null); });
      },
      function () { fail(null); }
    );
  });
  close.addEventListener("click", function () { dialog.close(); });
  dialog.addEventListener("click", function (event) {
    if (event.target === dialog && !fields.comments.input.value.trim()) dialog.close(); // beside it, with nothing to lose
  });
  dialog.addEventListener("close", function () {
    dialog.remove();
    if (sheet) document.adoptedStyleSheets = document.adoptedStyleSheets.filter(function (one) { return one !== sheet; });
    window.postMessage(CLOSED, "*");
  });

  function show() {
    document.body.append(dialog);
    dialog.showModal();
    var empty = ["name", "email", "comments"].filter(function (name) { return !fields[name].input.value; })[0];
    fields[empty || "comments"].input.focus();
  }
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
})();
