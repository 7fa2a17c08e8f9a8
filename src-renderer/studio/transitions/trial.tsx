import { Play, Square } from 'lucide-react'
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { LiveVideo } from '../canvas/canvas-video.tsx'
import { useShow } from '../show-store.ts'
import type { Collection, Transition } from '../types.ts'
import { t } from './messages.ts'

interface TrialProps {
  readonly transition: Transition
  readonly document: Collection
}

interface Shown {
  readonly trial: string
  readonly canvas: string
  readonly width: number
  readonly height: number
}

/** What the trial is at. */
type State = 'off' | 'prepares' | 'plays' | 'ended'

/** Longest wait for the first frame before the transition is played, ms: it plays unseen rather than never. */
const firstFrameMs = 8000

/** Shows a transition between two scenes beside the show: nothing of it goes on air. It ends when the dialog is closed. */
export function Trial({ transition, document: show }: TrialProps) {
  const program = useShow((state) => state.program)
  const onAir = program?.canvases[0]?.program
  const canvas = show.canvases[0]?.id
  const first = show.scenes.find(({ id }) => id === onAir) ?? show.scenes[0]
  const [from, setFrom] = useState(first?.id ?? '')
  const fromScene = show.scenes.find(({ id }) => id === from) ?? first
  const others = show.scenes.filter((scene) => scene.canvas === (fromScene?.canvas ?? canvas))
  const [to, setTo] = useState(() => others.find(({ id }) => id !== first?.id)?.id ?? first?.id ?? '')
  const toScene = others.find(({ id }) => id === to) ?? others.find(({ id }) => id !== fromScene?.id) ?? others[0]
  const [audible, setAudible] = useState(false)
  const [shown, setShown] = useState<Shown | null>(null)
  const [state, setState] = useState<State>('off')
  const frame = useRef<HTMLDivElement>(null)
  const running = useRef<string | undefined>(undefined)

  const end = (): void => {
    const trial = running.current
    running.current = undefined
    setShown(null)
    setState('off')
    if (trial !== undefined) void call('DELETE', `/studio/transition-trial/${trial}`).catch(() => undefined)
  }
  // The dialog was closed: nobody looks any more.
  const endLast = useRef(end)
  endLast.current = end
  useEffect(() => () => endLast.current(), [])
  // Nothing is sent while nobody can see it.
  useEffect(() => {
    if (shown !== null) frame.current?.scrollIntoView({ block: 'nearest' })
  }, [shown])

  const play = async (): Promise<void> => {
    if (fromScene === undefined || toScene === undefined) return
    setState('prepares')
    try {
      const known = running.current
      const started = await call('POST', '/studio/transition-trial', {
        body: { transition: transition.id, from: fromScene.id, to: toScene.id, audible, ...(known === undefined ? {} : { trial: known }) },
      })
      running.current = started.trial
      setShown(started)
      await untilSeen(() => frame.current)
      setState('plays')
      await call('POST', `/studio/transition-trial/${started.trial}/run`)
      if (running.current === started.trial) setState('ended')
    } catch (error) {
      if (running.current === undefined && state !== 'off') return
      end()
      notifyError(error)
    }
  }
  const busy = state === 'prepares' || state === 'plays'
  const heard = transition.kind === 'stinger'
  const scenes = (list: readonly { readonly id: string; readonly name: string }[]) =>
    list.map(({ id, name }) => (
      <option key={id} value={id}>
        {name}
      </option>
    ))
  return (
    <fieldset className="field-group trial">
      <legend>{t.trial}</legend>
      <p className="quiet small">{t.trialHelp}</p>
      <div className="trial-row">
        <label>
          <span className="small">{t.trialFrom}</span>
          <select className="input" value={fromScene?.id} data-testid="trial-from" onChange={(event) => setFrom(event.currentTarget.value)}>
            {scenes(show.scenes)}
          </select>
        </label>
        <label>
          <span className="small">{t.trialTo}</span>
          <select className="input" value={toScene?.id} data-testid="trial-to" onChange={(event) => setTo(event.currentTarget.value)}>
            {scenes(others)}
          </select>
        </label>
        <button type="button" className="button primary" disabled={busy} onClick={() => void play()} data-testid="try-transition">
          <Play size={15} /> {state === 'ended' ? t.tryAgain : t.try}
        </button>
        {state !== 'off' && (
          <button type="button" className="button" onClick={end} data-testid="end-trial">
            <Square size={14} /> {t.endTrial}
          </button>
        )}
      </div>
      {heard && (
        <label className="check">
          <input
            type="checkbox"
            checked={audible}
            onChange={(event) => setAudible(event.currentTarget.checked)}
            data-testid="trial-audible"
          />
          {t.trialAudible}
        </label>
      )}
      {shown !== null && (
        <div
          ref={frame}
          className="trial-picture"
          style={{ 'aspectRatio': `${shown.width} / ${shown.height}`, '--ratio': shown.width / shown.height } as CSSProperties}
        >
          <LiveVideo
            key={shown.trial}
            feed={`/studio/transition-trial-feed?canvas=${shown.canvas}`}
            image={`/studio/transition-trial/${shown.trial}/image?`}
            label={t.trialVideo(transition.name)}
            name="trial"
          />
        </div>
      )}
      <p className="small quiet" role="status" data-testid="trial-state" data-state={state}>
        {t.trialState[state]}
      </p>
    </fieldset>
  )
}

/** Resolves when the first frame is drawn. */
async function untilSeen(frame: () => HTMLElement | null): Promise<void> {
  const end = performance.now() + firstFrameMs
  while (performance.now() < end && frame()?.querySelector('[data-loaded="true"]') == null)
    await new Promise((resolve) => setTimeout(resolve, 50))
}
