import { Button } from '@mantine/core'
import { ApiError } from '@/api/client'
import { Ago } from '@/shared/ui/Values'
import css from './rules.module.css'

interface Props {
  version: number; changedAt: string | null | undefined; dirty: boolean; problem: string | null; saving: boolean; error: unknown
  /** What saving would do, in a line that leads to the whole. */
  would?: { words: string; show: () => void } | null
  onSave: () => void; onTheirs: () => void; onDiscard: () => void; onUndo: (() => void) | null
}

/** Which version is in force, whether anything is not saved, and the way back from what was just saved. */
export function SaveBar({ version, changedAt, dirty, problem, saving, error, would, onSave, onTheirs, onDiscard, onUndo }: Props) {
  const meanwhile = error instanceof ApiError && error.code === 'changed_meanwhile'
  return (
    <div className={css.save}>
      <span className="dim num" role="status">
        {version === 0 ? 'None were ever saved' : `Version ${version}`}{changedAt && <>, saved <Ago time={changedAt} /></>}{dirty && <b className={css.unsaved}> · not saved yet</b>}
      </span>
      {would && dirty && <button type="button" className="link" onClick={would.show}>{would.words}</button>}
      <div className="spread" />
      {problem && dirty && <span className="bad">{problem}</span>}
      {error !== null && error !== undefined && <span role="alert" className="bad">{error instanceof Error ? error.message : String(error)}</span>}
      {meanwhile && <Button variant="default" onClick={onTheirs}>Take theirs</Button>}
      {onUndo && !dirty && <Button variant="default" loading={saving} onClick={onUndo}>Undo</Button>}
      {dirty && <Button variant="default" onClick={onDiscard}>Discard changes</Button>}
      <Button disabled={!dirty || problem !== null} loading={saving} onClick={onSave}>Save</Button>
    </div>
  )
}
