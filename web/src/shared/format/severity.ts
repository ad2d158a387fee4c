export type Severity = 'fatal' | 'error' | 'warn' | 'info' | 'debug'
export const SEVERITIES: Severity[] = ['fatal', 'error', 'warn', 'info', 'debug']

/** OTLP severity numbers: 1-8 trace and debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal. */
export function severityOfNumber(severity: number, text = ''): Severity {
  if (!severity) return severityOfLevel(text)
  if (severity >= 21) return 'fatal'
  if (severity >= 17) return 'error'
  if (severity >= 13) return 'warn'
  if (severity >= 9) return 'info'
  return 'debug'
}

export function severityOfLevel(level: string): Severity {
  const word = level.toLowerCase()
  if (/^(fatal|critical|emerg|alert|panic)/.test(word)) return 'fatal'
  if (word.startsWith('err')) return 'error'
  if (word.startsWith('warn')) return 'warn'
  if (/^(debug|trace|verbose)/.test(word)) return 'debug'
  return 'info'
}
