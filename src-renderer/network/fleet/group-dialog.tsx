import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'
import { RolloutProgress } from './rollout-progress.tsx'

type Group = Answer<'GET', '/network/groups'>['items'][number]
type Preview = Answer<'POST', '/network/groups/*/preview'>
type Stage =
  | { readonly at: 'text' }
  | { readonly at: 'preview'; readonly preview: Preview }
  | { readonly at: 'rollout'; readonly id: string }

const marks = { same: '  ', added: '+ ', removed: '- ' } as const

/** From a text to nodes that use it: what would change is shown before. */
export function GroupDialog({ group, onClose }: { readonly group: Group | null; readonly onClose: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: 'text' })
  const [name, setName] = useState(group?.name ?? '')
  const [configuration, setConfiguration] = useState(group?.configuration ?? '')
  // Somebody else may change it meanwhile.
  const [changedAt] = useState(group?.changedAt)
  const [first, setFirst] = useState('1')
  const [watchS, setWatchS] = useState('10')
  return (
    <Dialog
      title={group === null ? t.newTitle : t.editTitle(group.name)}
      onClose={onClose}
      testId="group-dialog"
      dismissible={stage.at === 'text' && configuration === (group?.configuration ?? '')}
    >
      {stage.at === 'text' && (
        <DialogForm
          onClose={onClose}
          onSubmit={async () =>
            setStage({ at: 'preview', preview: await call('POST', `/network/groups/${name.trim()}/preview`, { body: { configuration } }) })
          }
          action={t.showDifference}
          testId="group-preview"
          disabled={!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name.trim())}
        >
          {group === null && (
            <TextField id="group-name" label={t.name} value={name} onChange={setName} hint={t.nameHint} required autoFocus />
          )}
          <div className="field">
            <label htmlFor="group-text">{t.configuration}</label>
            <textarea
              id="group-text"
              className="input fleet-text"
              value={configuration}
              spellCheck={false}
              translate="no"
              aria-describedby="group-text-hint"
              onChange={(event) => setConfiguration(event.target.value)}
              data-testid="group-text"
            />
            <span id="group-text-hint" className="hint">
              {t.configurationHint}
            </span>
          </div>
          <div className="fleet-pair">
            <TextField id="group-first" label={t.first} value={first} onChange={setFirst} type="number" required />
            <TextField id="group-watch" label={t.watch} value={watchS} onChange={setWatchS} type="number" required />
          </div>
        </DialogForm>
      )}
      {stage.at === 'preview' && (
        <DialogForm
          onClose={onClose}
          onSubmit={async () => {
            const body = { configuration, first: Number(first), watchS: Number(watchS), ...(changedAt && { changedAt }) }
            setStage({ at: 'rollout', id: (await call('PUT', `/network/groups/${name.trim()}`, { body })).id })
          }}
          action={t.rollOut}
          testId="group-roll-out"
          aside={
            <button type="button" className="button quiet" onClick={() => setStage({ at: 'text' })}>
              {t.back}
            </button>
          }
        >
          <Difference preview={stage.preview} />
        </DialogForm>
      )}
      {stage.at === 'rollout' && <RolloutProgress id={stage.id} onClose={onClose} />}
    </Dialog>
  )
}

function Difference({ preview: { lines, changedSecrets } }: { readonly preview: Preview }) {
  if (lines.length === 0) return <p>{changedSecrets ? t.secretsDiffer : t.noDifference}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className="fleet-lines" translate="no" tabIndex={0} aria-label={t.difference} data-testid="group-difference">
      {lines.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are the same text more than once, and never move
        <div key={index} data-kind={kind}>
          {marks[kind]}
          {text}
        </div>
      ))}
    </section>
  )
}
