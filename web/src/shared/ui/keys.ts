import { useEffect, useRef } from 'react'

type Handlers = Record<string, (event: KeyboardEvent) => void>

/** Single-key shortcuts. Silent while someone types, or while a dialog or menu is open. */
export function useKeys(handlers: Handlers, enabled = true) {
  const latest = useRef(handlers)
  useEffect(() => { latest.current = handlers })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
      const target = event.target as HTMLElement
      if (target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu], [role=dialog][aria-modal=true]')) return
      const handler = latest.current[event.key]
      if (!handler) return
      if (event.key === 'Enter' && target.closest('a, button')) return
      event.preventDefault()
      handler(event)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [enabled])
}
