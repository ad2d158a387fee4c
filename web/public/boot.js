// Runs before the first paint: the theme that was chosen, the frame of the page, and the first question to the server.
(function () {
  const root = document.documentElement
  const saved = (name) => { try { return localStorage.getItem(name) } catch { return null } }
  const chosen = saved('mantine-color-scheme-value')
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  if (/^\/(login|setup|invite)\b/.test(location.pathname)) return
  root.setAttribute('data-boot', saved('vedette.rail.folded') === 'true' ? 'folded' : 'shell')
  window.vedetteMe = fetch('/api/v1/auth/me', { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
  window.vedetteMe.catch(() => {})
})()
