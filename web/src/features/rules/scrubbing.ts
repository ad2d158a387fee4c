import type { ScrubbingRules } from './types'

const CHARACTERS = 200
const MOST = { keys: 200, safe_keys: 200, patterns: 50 } as const
const LEAST_BESIDE_STARS = 3
const MOST_STARS = 2

export function linesOf(lines: string[]): string[] { return [...new Set(lines.map((line) => line.trim()).filter(Boolean))] }

/** What the server would refuse, by list; it looks again. */
export function scrubbingProblems(form: ScrubbingRules): Partial<Record<keyof typeof MOST, string>> {
  const found: Partial<Record<keyof typeof MOST, string>> = {}
  for (const name of ['keys', 'safe_keys', 'patterns'] as const) {
    const lines = linesOf(form[name])
    const long = lines.find((line) => [...line].length > CHARACTERS)
    if (lines.length > MOST[name]) found[name] = `${MOST[name]} lines at most.`
    else if (long) found[name] = `${long.slice(0, 24)}… is longer than ${CHARACTERS} characters.`
  }
  const [problem] = linesOf(form.patterns).map(patternProblem).filter(Boolean)
  if (problem && !found.patterns) found.patterns = problem
  return found
}

function patternProblem(pattern: string): string | undefined {
  if ([...pattern.replace(/[*\s]/g, '')].length < LEAST_BESIDE_STARS) return `${pattern} would fit almost everything: write three characters or more beside *.`
  if (pattern.split('*').length - 1 > MOST_STARS) return `${pattern} has more than ${MOST_STARS} *.`
  return undefined
}

/** A text in pieces, those that were filtered marked. */
export function piecesOf(text: string): { text: string; filtered: boolean }[] {
  return text.split(/(\[Filtered\])/).filter(Boolean).map((piece) => ({ text: piece, filtered: piece === '[Filtered]' }))
}
