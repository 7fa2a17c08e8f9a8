import { Volume2, VolumeX } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { call } from '../client/api.ts'
import { levelAt, meterShare, placeOf } from '../components/fader-scale.ts'
import { decimal } from '../messages/numbers.ts'
import { t } from './messages.ts'
import type { ObsInput } from './obs-stores.ts'
import { Panel, type PanelProps, send } from './panel.tsx'
import type { SamplesFeed } from './samples-feed.ts'

interface MixerPanelProps extends PanelProps {
  readonly feed: SamplesFeed
}

type Audio = NonNullable<ObsInput['audio']>

/** Inputs that have audio, each with its level, fader and mute. */
export function MixerPanel({ id, mirror, editor, feed }: MixerPanelProps) {
  const heard = mirror.inputs.flatMap(({ name, audio }) => (audio === null ? [] : [{ name, audio }]))
  return (
    <Panel title={t.mixer} testId="obs-mixer">
      {heard.length === 0 ? (
        <p className="quiet small obs-none">{t.noAudio}</p>
      ) : (
        <ul className="obs-list">
          {heard.map(({ name, audio }) => (
            <Strip key={name} id={id} name={name} audio={audio} editor={editor} feed={feed} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface StripProps {
  readonly id: string
  readonly name: string
  readonly audio: Audio
  readonly editor: boolean
  readonly feed: SamplesFeed
}

/** While a fader moves, OBS gets its newest position once the one before was answered. */
function useFader(id: string, name: string, volumeDb: number): { readonly shownDb: number; readonly move: (toDb: number) => void } {
  const [movingDb, setMovingDb] = useState<number>()
  const next = useRef<number>(undefined)
  const sending = useRef(false)
  const move = (toDb: number): void => {
    setMovingDb(toDb)
    next.current = toDb
    if (sending.current) return
    sending.current = true
    const run = async (): Promise<void> => {
      while (next.current !== undefined) {
        const wantedDb = next.current
        next.current = undefined
        await call('PATCH', `/obs/${id}/inputs`, { body: { input: name, volumeDb: wantedDb } })
      }
    }
    send(
      run().finally(() => {
        sending.current = false
        next.current = undefined
        setMovingDb(undefined)
      }),
    )
  }
  return { shownDb: movingDb ?? volumeDb, move }
}

function Strip({ id, name, audio: { muted, volumeDb }, editor, feed }: StripProps) {
  const { shownDb, move } = useFader(id, name, volumeDb)
  const level = shownDb <= -99 ? t.silence : t.decibels(decimal(shownDb, 1))
  const toggle = muted ? t.unmute(name) : t.mute(name)
  return (
    <li className="obs-strip" data-testid="obs-strip" data-input={name} data-muted={muted}>
      <div className="row">
        <span className="obs-entry-name">{name}</span>
        <output className="small quiet" data-testid="obs-volume">
          {level}
        </output>
        <button
          type="button"
          className="button quiet icon"
          aria-label={toggle}
          title={toggle}
          aria-pressed={muted}
          disabled={!editor}
          onClick={() => send(call('PATCH', `/obs/${id}/inputs`, { body: { input: name, muted: !muted } }))}
          data-testid="obs-mute"
        >
          {muted ? <VolumeX size={16} aria-hidden="true" /> : <Volume2 size={16} aria-hidden="true" />}
        </button>
      </div>
      <LevelBars feed={feed} input={name} />
      <input
        type="range"
        className="obs-fader"
        min={0}
        max={1}
        step={0.005}
        value={placeOf(shownDb)}
        disabled={!editor}
        aria-label={t.volume(name)}
        aria-valuetext={level}
        data-testid="obs-fader"
        onChange={(event) => move(levelAt(Number(event.currentTarget.value)))}
        onDoubleClick={() => editor && move(0)}
      />
    </li>
  )
}

/** The peaks of an input, a bar for each channel; drawn beside React. */
function LevelBars({ feed, input }: { readonly feed: SamplesFeed; readonly input: string }) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    return feed.followLevels((peakDb) => {
      const bars = element.current
      if (bars === null) return
      const peaks = peakDb(input)
      for (const channel of [0, 1]) {
        const peak = peaks[channel] ?? peaks[0] ?? -100
        bars.style.setProperty(`--level-${channel}`, String(meterShare(peak)))
      }
      bars.dataset.level = peaks.length === 0 ? '' : Math.max(...peaks).toFixed(1)
    })
  }, [feed, input])
  return (
    <div ref={element} className="obs-levels" role="img" aria-label={t.meter(input)} data-testid="obs-level">
      <span />
      <span />
    </div>
  )
}
