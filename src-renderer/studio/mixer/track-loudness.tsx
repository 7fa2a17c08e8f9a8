import { RotateCcw } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { decimal } from '../../messages/numbers.ts'
import { Tool } from '../docks/tool.tsx'
import { followMeters } from '../levels/meter-feed.ts'
import { IntegratedLoudness } from './loudness.ts'
import { t } from './messages.ts'

const text = (lufs: number | undefined): string => t.lufs(lufs === undefined || lufs <= -70 ? t.silent : decimal(lufs, 1))

/** Loudness of tracks since the page was opened or it was reset, by track: it goes on while no dialog is open. */
const integrated = new Map<string, IntegratedLoudness>()

const loudnessOf = (of: string): IntegratedLoudness => {
  const known = integrated.get(of) ?? new IntegratedLoudness()
  integrated.set(of, known)
  return known
}

/** Short-term and integrated loudness of a track, written past React. */
export function TrackLoudness({ of, compact = false }: { readonly of: string; readonly compact?: boolean }) {
  const shortTerm = useRef<HTMLElement>(null)
  const whole = useRef<HTMLElement>(null)
  useEffect(() => {
    const loudness = loudnessOf(of)
    let [writtenAtMs, seen] = [0, undefined as unknown]
    return followMeters((levels, nowMs) => {
      const reading = levels.get(of)
      // The same reading is given for each frame of the screen until the next one comes.
      if (reading !== undefined && reading !== seen) loudness.push(reading.lufs)
      seen = reading
      if (nowMs - writtenAtMs < 250) return
      writtenAtMs = nowMs
      if (shortTerm.current !== null) shortTerm.current.textContent = text(reading?.shortTermLufs)
      if (whole.current !== null) whole.current.textContent = text(loudness.read())
    })
  }, [of])
  return (
    <div className={compact ? 'track-loudness compact' : 'track-loudness'} data-testid="track-loudness">
      <span title={t.shortTerm}>
        {compact ? t.shortTermMark : t.shortTerm} <b ref={shortTerm} data-testid="short-term" />
      </span>
      <span title={`${t.integrated}. ${t.loudnessHelp}`}>
        {compact ? t.integratedMark : t.integrated} <b ref={whole} data-testid="integrated" />
      </span>
      <Tool Icon={RotateCcw} label={t.resetLoudness} onClick={() => loudnessOf(of).reset()} testId="reset-loudness" />
    </div>
  )
}
