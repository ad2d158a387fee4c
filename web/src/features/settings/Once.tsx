import { CodeBlock } from '@/shared/ui/CodeBlock'

/** A secret the server shows once. */
export function Once({ title, secret }: { title: string; secret: string }) {
  return <div className="card pad col" role="status"><b>{title}</b><CodeBlock code={secret} wrap /><span className="faint">It is shown only now. Keep it somewhere safe.</span></div>
}
