import { useGet } from '@/api/hooks'
import type { Connect } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { Page } from '@/shared/ui/Page'
import { Lines, Loading } from '@/shared/ui/States'
import css from './connect.module.css'
import { Guide } from './Guide'
import { Keys } from './Keys'
import { Light } from './Light'
import { newest } from './received'
import { SNIPPETS } from './snippets'

const ASK_EVERY_MS = 2_000

export function ConnectPage() {
  const { base, project } = useScope()
  const connect = useGet<Connect>(`${base}/connect`, {}, { refetchInterval: ASK_EVERY_MS })
  return (
    <Page title="Connect" aside={project && `keys of ${project.name}`}>
      <Loading query={connect} what="Connection details" skeleton={<div className={css.split}><div className={css.list}><Lines count={12} /></div><div className={css.guide}><Lines count={10} /></div></div>}>
        {(keys) => <Guides keys={keys} />}
      </Loading>
    </Page>
  )
}

function Guides({ keys }: { keys: Connect }) {
  const { tab } = useAppSearch()
  const setSearch = useSetSearch()
  const chosen = SNIPPETS.find((snippet) => snippet.id === tab) ?? SNIPPETS[0]
  const groups = [...new Set(SNIPPETS.map((snippet) => snippet.group))]
  return (
    <div className={css.split}>
      <nav className={css.list} aria-label="Ways to connect">
        {groups.map((group) => (
          <div key={group}>
            <div className={css.group}>{group}</div>
            {SNIPPETS.filter((snippet) => snippet.group === group).map((snippet) => (
              <button key={snippet.id} type="button" className={css.choice} aria-current={snippet === chosen ? 'true' : undefined} onClick={() => setSearch({ tab: snippet.id }, { replace: true })}>
                <Light on={newest(keys, snippet) !== null} />{snippet.word}
              </button>
            ))}
          </div>
        ))}
      </nav>
      <div className={css.guide}>
        {chosen && <Guide key={chosen.id} snippet={chosen} keys={keys} />}
        <Keys keys={keys} />
      </div>
    </div>
  )
}
