interface Props { values: (number | null)[]; color?: string; height?: number; marks?: number[] }

/** A line of shape only: no axes, the number stands beside it. `marks` are deploys, 0 at its begin and 1 at its end. */
export function Sparkline({ values, color = 'var(--accent)', height = 32, marks = [] }: Props) {
  const known = values.map((value) => value ?? 0)
  const max = Math.max(...known, 0)
  const min = Math.min(...known, 0)
  const flat = max === min || known.length < 2
  const points = known.map((value, index) => [
    (index / Math.max(1, known.length - 1)) * 100,
    flat ? 30 : 29 - ((value - min) / (max - min)) * 26,
  ] as const)
  const line = points.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(2)}`).join('')
  return (
    <svg viewBox="0 0 100 32" preserveAspectRatio="none" width="100%" height={height} aria-hidden style={{ display: 'block' }}>
      {marks.map((at) => <line key={at} x1={at * 100} x2={at * 100} y1={0} y2={32} stroke="var(--accent)" strokeWidth={1} strokeDasharray="2 2" opacity={0.6} vectorEffect="non-scaling-stroke" />)}
      {!flat && <path d={`${line}L100 32L0 32Z`} fill={color} opacity={0.12} />}
      <path d={line} fill="none" stroke={color} strokeWidth={1.4} vectorEffect="non-scaling-stroke" strokeLinejoin="round" opacity={flat ? 0.35 : 1} />
    </svg>
  )
}
