import { useCallback, useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

/** A choice of this reader in this browser: density, folded rail, query history. Not for what a link should carry. */
export function usePreference<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `vedette.${name}`
  const text = useSyncExternalStore(
    (notify) => { listeners.add(notify); return () => listeners.delete(notify) },
    () => read(key),
  )
  const set = useCallback((value: T) => {
    try { localStorage.setItem(key, JSON.stringify(value)) } catch { /* private mode: the choice lasts as long as the page */ }
    for (const notify of listeners) notify()
  }, [key])
  return [parse(text, initial), set]
}

function read(key: string): string | null {
  try { return localStorage.getItem(key) } catch { return null }
}
function parse<T>(text: string | null, initial: T): T {
  if (text === null) return initial
  try { return JSON.parse(text) as T } catch { return initial }
}
