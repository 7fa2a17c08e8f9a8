import { EllipsisVertical, Headphones, Layers, Plus, SlidersVertical, Volume2, VolumeX } from 'lucide-react'
import { useState } from 'react'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'
import { ContextMenu } from '../../components/context-menu.tsx'
import { levelAt, placeOf } from '../../components/fader-scale.ts'
import { removeSource } from '../commands.ts'
import { Dock } from '../docks/dock.tsx'
import { Tool } from '../docks/tool.tsx'
import { t } from '../messages.ts'
import { problemWords } from '../report-words.ts'
import { change, useShow } from '../show-store.ts'
import { iconOf } from '../source-icons.ts'
import type { Collection, ProgramState, Source, SourceAudio } from '../types.ts'
import { openDialog, select, showSourcePanel } from '../view-store.ts'
import { type Heard, mixerLists, placedSources } from './heard-sources.ts'
import { t as tools } from './messages.ts'
import { Meter } from './meter.tsx'
import { stripEntries } from './strip-menu.ts'
import { TrackLoudness } from './track-loudness.tsx'
import './mixer.css'
import { decimal } from '../../messages/numbers.ts'

interface MixerDockProps {
  readonly document: Collection
  readonly program: ProgramState
  readonly editor: boolean
  readonly onAdd: () => void
}

/** Sources with audio, each with its level, meter and switches: those that are heard now, and others behind a switch. */
export function MixerDock({ document, program, editor, onAdd }: MixerDockProps) {
  const [all, setAll] = useState(() => readChoice('studio.mixer', ['active', 'all']) === 'all')
  const reports = useShow((state) => state.sourceReports)
  const { active, elsewhere, silent } = mixerLists(document, program, reports)
  const placed = placedSources(document)
  const others = elsewhere.length + silent.length
  const toggle = (): void => {
    setAll(!all)
    storeChoice('studio.mixer', all ? 'active' : 'all')
  }
  const strips = (heard: readonly Heard[]) =>
    heard.map(({ source, audio }) => (
      <Strip key={source.id} source={source} audio={audio} document={document} editor={editor} removable={!placed.has(source.id)} />
    ))
  const group = (title: string, heard: readonly Heard[]) =>
    heard.length > 0 && (
      <section aria-label={title}>
        <h3 className="strips-title">{title}</h3>
        <ul className="strips">{strips(heard)}</ul>
      </section>
    )
  return (
    <Dock
      title={t.mixer.title}
      testId="mixer-dock"
      tools={
        editor && (
          <>
            <Tool Icon={Plus} label={t.mixer.add} onClick={onAdd} testId="add-sound" />
            <Tool Icon={SlidersVertical} label={tools.open} onClick={() => openDialog('tracks')} testId="edit-tracks" />
            <span className="spacer" />
            {active.length > 0 && <TrackLoudness of="track:1" compact />}
          </>
        )
      }
    >
      {active.length > 0 && <ul className="strips">{strips(active)}</ul>}
      {active.length + others === 0 && (
        <div className="dock-empty">
          <p>{t.mixer.empty}</p>
          {editor && (
            <button type="button" className="button" onClick={onAdd}>
              <Plus size={16} /> {t.mixer.add}
            </button>
          )}
        </div>
      )}
      {others > 0 && (
        <button type="button" className="button strips-others" aria-expanded={all} onClick={toggle} data-testid="other-strips">
          <Layers size={15} /> {all ? tools.hideOthers : tools.showOthers(others)}
        </button>
      )}
      {all && group(tools.elsewhere, elsewhere)}
      {all && group(tools.withoutAudio, silent)}
    </Dock>
  )
}

interface StripProps {
  readonly source: Source
  readonly audio: SourceAudio
  readonly document: Collection
  readonly editor: boolean
  /** It is in no scene: it can only be deleted here. */
  readonly removable: boolean
}

const stepDb = 1

function Strip({ source, audio, document, editor, removable }: StripProps) {
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const problem = useShow((state) => problemWords(state.sourceReports[source.id]))
  const set = (changes: Partial<SourceAudio>): void => change(`sources/${source.id}`, { audio: changes })
  const { gainDb, muted, solo, monitoring, pan } = audio
  const { name } = source
  const Icon = iconOf(source.kind)
  const openProperties = (): void => {
    select([])
    showSourcePanel(source.id)
  }
  const level = gainDb <= -100 ? t.mixer.silence : t.mixer.decibels(decimal(gainDb, 1))
  return (
    <li
      className="strip"
      data-testid="strip"
      data-source={source.id}
      data-muted={muted}
      onContextMenu={(event) => {
        if (!editor) return
        event.preventDefault()
        setMenu({ x: event.clientX, y: event.clientY })
      }}
    >
      <div className="strip-head">
        <button
          type="button"
          className="strip-name"
          title={problem || t.mixer.options(name)}
          aria-label={t.mixer.options(name)}
          onClick={openProperties}
        >
          <Icon size={15} />
          <span className="entry-name">{name}</span>
        </button>
        <output className="strip-level" data-testid="gain">
          {level}
        </output>
      </div>
      <Meter of={`source:${source.id}`} label={t.mixer.meter(name)} />
      <div className="strip-controls">
        <input
          type="range"
          className="fader"
          min={0}
          max={1}
          step={0.001}
          value={placeOf(gainDb)}
          disabled={!editor}
          aria-label={t.mixer.gain(name)}
          aria-valuetext={level}
          title={t.mixer.faderHelp}
          data-testid="fader"
          onChange={(event) => set({ gainDb: levelAt(Number(event.currentTarget.value)) })}
          onDoubleClick={() => editor && set({ gainDb: 0 })}
          onKeyDown={(event) => {
            const by =
              event.key === 'ArrowUp' || event.key === 'ArrowRight' ? 1 : event.key === 'ArrowDown' || event.key === 'ArrowLeft' ? -1 : 0
            if (by === 0 || !editor) return
            event.preventDefault()
            set({ gainDb: Math.max(-100, Math.min(10, Math.round(gainDb + by * stepDb))) })
          }}
        />
        <input
          type="range"
          className="pan"
          min={-1}
          max={1}
          step={0.05}
          value={pan}
          disabled={!editor}
          aria-label={t.mixer.pan(name)}
          title={t.mixer.panHelp(name)}
          onChange={(event) => set({ pan: Number(event.currentTarget.value) })}
          onDoubleClick={() => editor && set({ pan: 0 })}
        />
        <button
          type="button"
          className="tool mute"
          aria-label={muted ? t.mixer.unmute(name) : t.mixer.mute(name)}
          title={muted ? t.mixer.unmute(name) : t.mixer.mute(name)}
          aria-pressed={muted}
          disabled={!editor}
          onClick={() => set({ muted: !muted })}
          data-testid="mute"
        >
          {muted ? <VolumeX size={16} /> : <Volume2 size={16} />}
        </button>
        <button
          type="button"
          className="tool solo"
          aria-label={t.mixer.solo(name)}
          title={t.mixer.solo(name)}
          aria-pressed={solo}
          disabled={!editor}
          onClick={() => set({ solo: !solo })}
          data-testid="solo"
        >
          S
        </button>
        <Tool
          Icon={Headphones}
          label={t.mixer.monitor(name)}
          pressed={monitoring !== 'off'}
          disabled={!editor}
          onClick={() => set({ monitoring: monitoring === 'off' ? 'also' : 'off' })}
          testId="monitor"
        />
        <button
          type="button"
          className="tool"
          aria-label={tools.menu(name)}
          title={tools.menu(name)}
          aria-haspopup="menu"
          data-testid="strip-more"
          disabled={!editor}
          onClick={(event) => {
            const { left, top } = event.currentTarget.getBoundingClientRect()
            setMenu({ x: left, y: top })
          }}
        >
          <EllipsisVertical size={16} />
        </button>
      </div>
      {menu !== null && (
        <ContextMenu
          at={menu}
          label={tools.menu(name)}
          groups={stripEntries({
            source,
            document,
            onProperties: openProperties,
            onRemove: removable ? () => void removeSource(source.id, name) : undefined,
          })}
          onClose={() => setMenu(null)}
          testId="strip-menu"
        />
      )}
    </li>
  )
}
