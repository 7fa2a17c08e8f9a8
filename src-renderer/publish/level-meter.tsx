import { useEffect, useRef } from 'react'
import { publish as t } from '../messages/page.ts'

/** dB below full scale at the meter's left end. */
const FLOOR_DB = -60

/** How loud the outgoing audio is. Drawn without React: it moves with every frame of the screen. */
export function LevelMeter({ media }: { readonly media: MediaStream | undefined }) {
  const meter = useRef<HTMLMeterElement>(null)
  useEffect(() => {
    const element = meter.current
    if (element === null || media === undefined || media.getAudioTracks().length === 0) return
    const context = new AudioContext()
    const source = context.createMediaStreamSource(media)
    const analyser = context.createAnalyser()
    analyser.fftSize = 1024
    source.connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    let frame = 0
    const draw = () => {
      analyser.getFloatTimeDomainData(samples)
      let peak = 0
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
      element.value = Math.max(FLOOR_DB, 20 * Math.log10(peak || 1e-6))
      frame = requestAnimationFrame(draw)
    }
    draw()
    return () => {
      cancelAnimationFrame(frame)
      void context.close()
      element.value = FLOOR_DB
    }
  }, [media])
  return (
    <meter
      ref={meter}
      className="level-meter"
      aria-label={t.audioLevel}
      value={FLOOR_DB}
      min={FLOOR_DB}
      max={0}
      low={-30}
      high={-3}
      optimum={-12}
      data-testid="publish-level"
    />
  )
}
