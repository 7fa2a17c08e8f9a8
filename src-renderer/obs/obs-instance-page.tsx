import { ArrowLeft } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { useCollection } from '../client/collection.ts'
import { useResource } from '../client/resource.ts'
import { useMayEdit, useTitle } from '../components/page.ts'
import { ConnectionDialog } from './connection-dialog.tsx'
import { ActivityChips, ConnectionChip, ConnectionProblem } from './connection-state.tsx'
import { UndoStack } from './editing/undo-stack.ts'
import { FiguresPanel } from './figures-panel.tsx'
import { ItemsPanel } from './items-panel.tsx'
import { t } from './messages.ts'
import { MixerPanel } from './mixer-panel.tsx'
import { instances, mirrors, type ObsInstance } from './obs-stores.ts'
import { OutputsPanel } from './outputs-panel.tsx'
import { SamplesFeed } from './samples-feed.ts'
import { ScenesPanel } from './scenes-panel.tsx'
import { ScreensPanel } from './screens-panel.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { StreamHere } from './stream-here.tsx'
import { TemplatesPanel } from './templates/templates-panel.tsx'
import './obs.css'

/** One OBS: its scenes, sources, audio, outputs and figures. */
export function ObsInstancePage({ id }: { readonly id: string }) {
  const { loaded, items } = useCollection(instances)
  const instance = items[id]
  const editor = useMayEdit()
  const [edited, setEdited] = useState(false)
  useTitle(instance?.name ?? t.title)
  return (
    <>
      <header className="page-head">
        <div>
          <Link href="/obs" className="quiet small obs-back">
            <ArrowLeft size={14} aria-hidden="true" /> {t.back}
          </Link>
          <h1>{instance?.name ?? t.title}</h1>
          {instance?.version != null && <p className="quiet small">{t.version(instance.version.obs, instance.version.webSocket)}</p>}
        </div>
        {instance !== undefined && (
          <div className="row">
            <ActivityChips instance={instance} />
            <ConnectionChip instance={instance} />
          </div>
        )}
      </header>
      {!loaded ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : instance === undefined ? (
        <p className="card empty">{t.gone}</p>
      ) : instance.state !== 'connected' ? (
        <div className="card card-body">
          <ConnectionProblem instance={instance} onEdit={editor ? () => setEdited(true) : undefined} />
          {edited && <ConnectionDialog instance={instance} onClose={() => setEdited(false)} />}
        </div>
      ) : (
        // A new connection is read from the start.
        <Connected key={instance.stateSince} instance={instance} />
      )}
    </>
  )
}

function Connected({ instance }: { readonly instance: ObsInstance }) {
  const { id } = instance
  const mirror = useResource(mirrors, id)
  const editor = useMayEdit()
  const [feed, setFeed] = useState<SamplesFeed>()
  const [undo] = useState(() => new UndoStack())
  /** The scene whose sources are listed: the one that was chosen last, here or there. */
  const [chosen, choose] = useState<string>()
  const onAir = mirror?.preview ?? mirror?.program ?? undefined
  useEffect(() => choose(onAir), [onAir])
  useEffect(() => {
    const opened = new SamplesFeed(id)
    setFeed(opened)
    return () => opened.close()
  }, [id])
  if (mirror === undefined || feed === undefined) return <div className="skeleton stream-skeleton" aria-hidden="true" />
  const scene = mirror.scenes.find(({ name }) => name === chosen) ?? mirror.scenes.find(({ name }) => name === onAir)
  const panel = { id, mirror, editor }
  return (
    <div className="obs-page">
      <div className="obs-main">
        <ScreensPanel {...panel} />
        <div className="obs-lists">
          <ScenesPanel {...panel} chosen={scene?.name} onChoose={choose} />
          <ItemsPanel {...panel} scene={scene} undo={undo} />
        </div>
      </div>
      <div className="obs-side">
        <StreamHere instance={instance} mirror={mirror} editor={editor} />
        <OutputsPanel {...panel} name={instance.name} />
        <MixerPanel {...panel} feed={feed} />
      </div>
      <TemplatesPanel {...panel} name={instance.name} />
      <FiguresPanel feed={feed} />
      <SettingsPanel {...panel} />
    </div>
  )
}
