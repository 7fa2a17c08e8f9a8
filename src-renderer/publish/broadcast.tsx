import { Radio, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { publish as t } from '../messages/page.ts'
import type { PeerFigures } from '../webrtc/figures.ts'
import { OfferRejected } from '../webrtc/peer.ts'
import { WhipClient, type WhipState } from '../webrtc/whip-client.ts'
import { CaptureProblem, capture, close } from './capture.ts'
import { LevelMeter } from './level-meter.tsx'
import { qualities } from './quality.ts'
import { useDevices } from './use-devices.ts'
import './publish.css'
import { inLanguage } from '../client/host-error.ts'
import { decimal } from '../messages/numbers.ts'

interface BroadcastProps {
  /** Where to publish to, asked for when "Go live" is pressed: the key may first have to be made. Throws what is shown. */
  readonly target: () => Promise<{ readonly name: string; readonly key: string }>
  /** False while something is missing to start with. */
  readonly ready: boolean
  /** What to do where the key is rejected; what the host says where absent. */
  readonly keyRemedy?: string
}

const words = (): Readonly<Record<WhipState | 'idle', string>> => ({
  idle: t.notLive,
  connecting: t.connecting,
  live: t.live,
  reconnecting: t.reconnecting,
  refused: t.rejected,
  stopped: t.notLive,
})

/** Camera, microphone or screen with a preview, and the way on air. */
export function Broadcast({ target, ready, keyRemedy }: BroadcastProps) {
  const [video, setVideo] = useState<'camera' | 'screen' | 'none'>('camera')
  const [cameraId, setCameraId] = useState('')
  const [microphone, setMicrophone] = useState(true)
  const [microphoneId, setMicrophoneId] = useState('')
  const [qualityId, setQualityId] = useState('720')
  const [simulcast, setSimulcast] = useState(false)
  const [media, setMedia] = useState<MediaStream>()
  const [state, setState] = useState<WhipState | 'idle'>('idle')
  const [figures, setFigures] = useState<PeerFigures>()
  const [problem, setProblem] = useState<{ readonly message: string; readonly remedy: string }>()
  const element = useRef<HTMLVideoElement>(null)
  const client = useRef<WhipClient>(undefined)
  const devices = useDevices(media)
  const quality = qualities.find((each) => each.id === qualityId) ?? qualities[0]
  const isOn = state === 'connecting' || state === 'live' || state === 'reconnecting'

  useEffect(() => {
    if (element.current) element.current.srcObject = media ?? null
    return () => {
      if (media) close(media)
    }
  }, [media])
  useEffect(() => () => client.current?.stop(), [])

  const show = (error: unknown) => {
    if (error instanceof CaptureProblem || error instanceof OfferRejected) {
      const isUnknown = error instanceof OfferRejected && error.status === 401
      const isKey = isUnknown || (error instanceof OfferRejected && error.code.startsWith('publish.key_'))
      const { message, remedy } = error instanceof OfferRejected ? inLanguage(error) : error
      setProblem({ message: isUnknown ? t.theStreamKeyIsNot : message, remedy: (isKey && keyRemedy) || remedy })
    } else setProblem({ message: error instanceof Error ? error.message : String(error), remedy: '' })
  }
  const open = async (): Promise<MediaStream | undefined> => {
    setProblem(undefined)
    try {
      const opened = await capture({ video, cameraId, microphone, microphoneId, height: quality?.height ?? 720 })
      setMedia(opened)
      return opened
    } catch (error) {
      show(error)
      return undefined
    }
  }
  const stop = () => {
    client.current?.stop()
    client.current = undefined
    setState('idle')
    setFigures(undefined)
  }
  const start = async () => {
    const opened = media ?? (await open())
    if (opened === undefined) return
    setProblem(undefined)
    setState('connecting')
    try {
      const { name, key } = await target()
      for (const track of opened.getTracks()) track.addEventListener('ended', stop, { once: true })
      client.current = new WhipClient({
        endpoint: `/live/${encodeURIComponent(name)}/whip`,
        key,
        media: opened,
        videoBitrate: quality?.bitrate ?? 2_500_000,
        simulcast,
        prefer: video === 'screen' ? 'detail' : 'motion',
        onState(next, error) {
          setState(next)
          if (error !== undefined) show(error)
          else if (next === 'live') setProblem(undefined)
        },
        onFigures: setFigures,
      })
    } catch (error) {
      setState('idle')
      show(error)
    }
  }
  /** A changed choice takes effect with the next preview. */
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value)
      setMedia(undefined)
    }

  return (
    <div className="broadcast" data-testid="broadcast" data-state={state}>
      <div className="broadcast-picture">
        <video ref={element} autoPlay muted playsInline aria-label={t.preview} data-testid="publish-preview" />
        {media === undefined && <p className="quiet">{video === 'none' ? t.audioOnly : t.noVideoYet}</p>}
        <span className={`chip ${state === 'live' ? 'live' : ''}`} role="status" data-testid="publish-state">
          {words()[state]}
        </span>
      </div>
      <LevelMeter media={media} />
      <div className="broadcast-choices">
        <div className="field">
          <label htmlFor="publish-picture">{t.video}</label>
          <select
            id="publish-picture"
            className="input"
            value={video}
            disabled={isOn}
            onChange={(event) => change(setVideo)(event.target.value as typeof video)}
            data-testid="publish-picture"
          >
            <option value="camera">{t.camera}</option>
            <option value="screen">{t.screenOrWindow}</option>
            <option value="none">{t.noneAudioOnly}</option>
          </select>
        </div>
        {video === 'camera' && devices.cameras.length > 1 && (
          <div className="field">
            <label htmlFor="publish-camera">{t.camera}</label>
            <select
              id="publish-camera"
              className="input"
              value={cameraId}
              disabled={isOn}
              onChange={(event) => change(setCameraId)(event.target.value)}
            >
              <option value="">{t.theBrowsersChoice}</option>
              {devices.cameras.map((each) => (
                <option key={each.deviceId} value={each.deviceId}>
                  {each.label || t.camera}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor="publish-microphone">{t.microphone}</label>
          <select
            id="publish-microphone"
            className="input"
            value={microphone ? microphoneId : 'off'}
            disabled={isOn}
            onChange={(event) => {
              change(setMicrophone)(event.target.value !== 'off')
              setMicrophoneId(event.target.value === 'off' ? '' : event.target.value)
            }}
            data-testid="publish-microphone"
          >
            <option value="off">{t.off}</option>
            <option value="">{t.theBrowsersChoice}</option>
            {devices.microphones.map((each) => (
              <option key={each.deviceId} value={each.deviceId}>
                {each.label || t.microphone}
              </option>
            ))}
          </select>
        </div>
        {video !== 'none' && (
          <div className="field">
            <label htmlFor="publish-quality">{t.quality}</label>
            <select
              id="publish-quality"
              className="input"
              value={qualityId}
              disabled={isOn}
              onChange={(event) => change(setQualityId)(event.target.value)}
              data-testid="publish-quality"
            >
              {qualities.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.label}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      {video !== 'none' && (
        <label className="row">
          <input
            type="checkbox"
            checked={simulcast}
            disabled={isOn}
            onChange={(event) => setSimulcast(event.target.checked)}
            data-testid="publish-simulcast"
          />
          {t.sendThreeSizesAtOnce}
        </label>
      )}
      {problem && (
        <p className="advice bad" role="alert" data-testid="publish-problem">
          <b>{problem.message}.</b> {problem.remedy.replaceAll('`', '')}
        </p>
      )}
      {figures && isOn && <Figures figures={figures} />}
      <div className="row">
        {isOn ? (
          <button type="button" className="button danger" onClick={stop} data-testid="publish-stop">
            <Square size={16} /> {t.stop}
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={() => void open()} data-testid="publish-open">
              {t.preview}
            </button>
            <button type="button" className="button primary" disabled={!ready} onClick={() => void start()} data-testid="publish-start">
              <Radio size={16} /> {t.goLive}
            </button>
          </>
        )}
      </div>
    </div>
  )
}

function Figures({ figures }: { readonly figures: PeerFigures }) {
  const { fps, kbps, width, height, roundTripMs, lossPercent, limitedBy } = figures
  return (
    <dl className="facts" aria-label={t.whatIsSent} data-testid="publish-figures">
      <div>
        <dt>{t.size}</dt>
        <dd>{width > 0 ? `${width} × ${height}` : t.noVideo}</dd>
      </div>
      <div>
        <dt>{t.frameRate}</dt>
        <dd>{t.fps(decimal(fps, 0))}</dd>
      </div>
      <div>
        <dt>{t.bitRate}</dt>
        <dd>{t.kbps(decimal(kbps, 0))}</dd>
      </div>
      <div>
        <dt>{t.roundTrip}</dt>
        <dd>{roundTripMs === undefined ? '–' : t.milliseconds(decimal(roundTripMs, 0))}</dd>
      </div>
      <div>
        <dt>{t.loss}</dt>
        <dd>{decimal(lossPercent, 1)} %</dd>
      </div>
      {limitedBy && (
        <div>
          <dt>{t.limitedBy}</dt>
          <dd>{limitedBy === 'cpu' ? t.thisMachine : limitedBy === 'bandwidth' ? t.theNetwork : limitedBy}</dd>
        </div>
      )}
    </dl>
  )
}
