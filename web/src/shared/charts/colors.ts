/** Twelve hues that hold apart in both themes; the order is fixed so that a name keeps its colour. */
export const PALETTE = ['#7c6ff0', '#2ea98f', '#d98b2b', '#4a90e2', '#d0618f', '#7fa63a', '#9a6bd6', '#c9684c', '#3aa6b9', '#b59b2e', '#6f86c9', '#a0708f']

/** A stable colour for a name, whatever else is on the page. */
export function colorOf(name: string): string {
  let hash = 0
  for (let index = 0; index < name.length; index += 1) hash = (hash * 31 + name.charCodeAt(index)) | 0
  return PALETTE[Math.abs(hash) % PALETTE.length] ?? '#7c6ff0'
}

/** One colour a name, neighbours distinct: the list's order decides, not the hash. */
export function colorMap(names: string[]): Map<string, string> {
  return new Map([...names].sort().map((name, index) => [name, PALETTE[index % PALETTE.length] ?? colorOf(name)]))
}
