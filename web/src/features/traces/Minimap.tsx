import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { isFailed } from './columns'
import css from './traces.module.css'
import type { Node } from './tree'
import type { Window } from './Waterfall'

const HEIGHT = 54

/** The whole trace at a glance. Dragging narrows the waterfall to a stretch of time; double-click shows all of it again. */
export function Minimap({ nodes, colors, whole, window, onWindow }: {
  nodes: Node[]; colors: Map<string, string>; whole: Window; window: Window | null; onWindow: (window: Window | null) => void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { colorScheme } = useMantineColorScheme()
  const [drag, setDrag] = useState<[number, number] | null>(null)

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const paint = () => draw(element, nodes, colors, whole)
    const sizes = new ResizeObserver(paint)
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [nodes, colors, whole, colorScheme])

  const partAt = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width))
  }
  const end = () => {
    if (drag && Math.abs(drag[1] - drag[0]) > 0.004) {
      const length = whole.toUs - whole.fromUs
      onWindow({ fromUs: whole.fromUs + Math.min(...drag) * length, toUs: whole.fromUs + Math.max(...drag) * length })
    }
    setDrag(null)
  }
  const span = drag ?? (window && [part(window.fromUs, whole), part(window.toUs, whole)])
  return (
    <div className={css.minimap} onDoubleClick={() => onWindow(null)}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); const at = partAt(event); setDrag([at, at]) }}
      onPointerMove={(event) => { if (drag) setDrag([drag[0], partAt(event)]) }} onPointerUp={end}>
      <canvas ref={canvas} style={{ width: '100%', height: HEIGHT, display: 'block' }} role="img" aria-label="Minimap of the trace" />
      {span && <div className={css.shade} style={{ left: `${Math.min(...span) * 100}%`, width: `${Math.abs(span[1] - span[0]) * 100}%` }} />}
      {window && !drag && <button type="button" className={css.reset} onPointerDown={(event) => event.stopPropagation()} onClick={() => onWindow(null)}>Show all</button>}
    </div>
  )
}

function part(us: number, { fromUs, toUs }: Window): number { return (us - fromUs) / Math.max(1, toUs - fromUs) }

function draw(canvas: HTMLCanvasElement, nodes: Node[], colors: Map<string, string>, whole: Window) {
  const ratio = globalThis.devicePixelRatio || 1
  canvas.width = canvas.clientWidth * ratio
  canvas.height = HEIGHT * ratio
  const pen = canvas.getContext('2d')
  if (!pen) return
  pen.scale(ratio, ratio)
  const bad = getComputedStyle(canvas).getPropertyValue('--sev-error').trim()
  const row = Math.max(0.4, Math.min(5, (HEIGHT - 6) / nodes.length))
  const length = Math.max(1, whole.toUs - whole.fromUs)
  const scale = canvas.clientWidth / length
  nodes.forEach((node, index) => {
    pen.fillStyle = isFailed(node.span) ? bad : (colors.get(node.span.service) ?? '#7c6ff0')
    const width = Math.max(1, (node.endUs - node.startUs) * scale)
    pen.fillRect((node.startUs - whole.fromUs) * scale, 3 + index * row, width, Math.max(1, row - (row > 2 ? 1 : 0)))
  })
}
