import { type FormEvent, useState } from 'react'
import { call } from '../client/api.ts'
import { only, Resource, useResource } from '../client/resource.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { settings as t } from '../messages/page.ts'

/** What admins opened to editors, as `GET /editor-reach` answers it. */
interface EditorReach {
  readonly folders: readonly string[]
  readonly hosts: readonly string[]
}

const reach = new Resource({ path: () => '/editor-reach', updated: ['editor-reach.updated'] })

/** Folders of the machine and hosts of its network that editors may name. For admins. */
export function ReachCard() {
  const opened = useResource(reach)
  return (
    <section className="card" aria-label={t.whatEditorsMayReach}>
      <header>
        <h2>{t.whatEditorsMayReach}</h2>
      </header>
      {opened ? (
        <ReachForm key={JSON.stringify([opened.folders, opened.hosts])} opened={opened} />
      ) : (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      )}
    </section>
  )
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function ReachForm({ opened }: { readonly opened: EditorReach }) {
  const [folders, setFolders] = useState(opened.folders.join('\n'))
  const [hosts, setHosts] = useState(opened.hosts.join('\n'))
  const [busy, setBusy] = useState(false)
  const wanted: EditorReach = { folders: linesOf(folders), hosts: linesOf(hosts) }
  const changed = wanted.folders.join('\n') !== opened.folders.join('\n') || wanted.hosts.join('\n') !== opened.hosts.join('\n')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await reach.keep(only, call('PATCH', '/editor-reach', { body: wanted }))
      notify(t.whatEditorsMayReachWasSaved, () => {
        const { folders, hosts } = opened
        reach.keep(only, call('PATCH', '/editor-reach', { body: { folders, hosts } })).catch(notifyError)
      })
    } catch (error) {
      notifyError(error)
    }
    setBusy(false)
  }
  return (
    <form className="card-body stack" onSubmit={submit} data-testid="reach-form">
      <div className="field">
        <label htmlFor="reach-folders">{t.folders}</label>
        <textarea
          id="reach-folders"
          className="input lines"
          rows={3}
          value={folders}
          placeholder="/srv/overlays"
          spellCheck={false}
          onChange={(event) => setFolders(event.target.value)}
          aria-describedby="reach-folders-hint"
          data-testid="reach-folders"
        />
        <span id="reach-folders-hint" className="hint">
          {t.absolutePathsOnTheHost}
        </span>
      </div>
      <div className="field">
        <label htmlFor="reach-hosts">{t.hosts}</label>
        <textarea
          id="reach-hosts"
          className="input lines"
          rows={3}
          value={hosts}
          placeholder="192.168.1.0/24"
          spellCheck={false}
          onChange={(event) => setHosts(event.target.value)}
          aria-describedby="reach-hosts-hint"
          data-testid="reach-hosts"
        />
        <span id="reach-hosts-hint" className="hint">
          {t.namesIpAddressesAndNetworks}
        </span>
      </div>
      <div className="row">
        <button type="submit" className="button primary" disabled={busy || !changed} data-testid="reach-save">
          {t.save}
        </button>
      </div>
    </form>
  )
}
