import { ActionIcon, Tooltip } from '@mantine/core'
import { Check, Copy as CopyIcon } from 'lucide-react'
import { type ReactNode, useState } from 'react'

/** navigator.clipboard needs https or localhost; the textarea is for a server reached by its LAN address. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand('copy')
    area.remove()
  }
}

export function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false)
  return [copied, (text) => {
    void copyText(text).then(() => { setCopied(true); setTimeout(() => setCopied(false), 1_200) })
  }]
}

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, copy] = useCopied()
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon aria-label={label} onClick={(event) => { event.stopPropagation(); copy(text) }}>
        {copied ? <Check size={14} className="good" /> : <CopyIcon size={14} />}
      </ActionIcon>
    </Tooltip>
  )
}

/** A value that copies itself when clicked. */
export function CopyValue({ text, children }: { text: string; children?: ReactNode }) {
  const [copied, copy] = useCopied()
  return (
    <Tooltip label={copied ? 'Copied' : 'Click to copy'} openDelay={600}>
      <button type="button" className="ellipsis" onClick={() => copy(text)}
        style={{ background: 'none', border: 0, padding: 0, textAlign: 'left', cursor: 'copy', maxWidth: '100%' }}>
        {children ?? text}
      </button>
    </Tooltip>
  )
}
