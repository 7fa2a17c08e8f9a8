import { LogIn, VideoOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { guest as t } from '../messages/page.ts'
import { type CaptureChoice, CaptureProblem, capture, close } from '../publish/capture.ts'
import { LevelMeter } from '../publish/level-meter.tsx'
import { useDevices } from '../publish/use-devices.ts'
import type { GuestEnd } from './guest-session.ts'
import { type Processing, storeChoice, storedChoice } from './stored-choice.ts'

/** What somebody joins with. */
export interface Joined {
  readonly name: string
  readonly media: MediaStream
}

interface JoinFormProps {
  readonly stream: string
  readonly invited: string
  /** Why an earlier visit ended. */
  readonly problem: GuestEnd | undefined
  readonly onJoin: (joined: Joined) => void
}

const height = 720
const processing = ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const

/** Name, camera and microphone, seen and heard before anybody else does. */
export function JoinForm({ stream, invited, problem, onJoin }: JoinFormProps) {
  const [before] = useState(() => storedChoice(stream))
  const [name, setName] = useState(before?.name ?? invited)
  const [camera, setCamera] = useState(before?.camera ?? '')
  const [microphone, setMicrophone] = useState(before?.microphone ?? '')
  const [audio, setAudio] = useState<Processing>(before?.audio ?? { echoCancellation: true, noiseSuppression: true, autoGainControl: true })
  const [media, setMedia] = useState<MediaStream>()
  const [fault, setFault] = useState<{ readonly message: string; readonly remedy: string }>()
  const [tries, setTries] = useState(0)
  const video = useRef<HTMLVideoElement>(null)
  const kept = useRef<MediaStream>(undefined)
  const devices = useDevices(media)

  const enter = (called: string, opened: MediaStream): void => {
    kept.current = opened
    storeChoice({ stream, name: called, camera, microphone, audio, isIn: true })
    onJoin({ name: called, media: opened })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try opens the devices again
  useEffect(() => {
    let isCurrent = true
    let opened: MediaStream | undefined
    setFault(undefined)
    capture(choiceOf(camera, microphone, audio)).then(
      (found) => {
        opened = found
        if (!isCurrent) close(found)
        else if (before?.isIn && problem === undefined && before.name !== '' && tries === 0) enter(before.name, found)
        else setMedia(found)
      },
      (error: unknown) => {
        if (!isCurrent) return
        setMedia(undefined)
        setFault(error instanceof CaptureProblem ? error : { message: String(error), remedy: '' })
      },
    )
    return () => {
      isCurrent = false
      // What is on its way into the show stays open.
      if (opened !== undefined && kept.current !== opened) close(opened)
    }
  }, [camera, microphone, audio, tries])
  useEffect(() => {
    if (video.current) video.current.srcObject = media ?? null
  }, [media])

  const hasCamera = (media?.getVideoTracks().length ?? 0) > 0
  return (
    <div className="guest-join">
      <header>
        <h1>{t.welcome(invited)}</h1>
        <p className="quiet">{t.welcomeText}</p>
      </header>
      {problem && (
        <p className="advice bad" role="alert" data-testid="guest-end" data-code={problem.code}>
          <b>{problem.message}.</b> {problem.remedy.replaceAll('`', '')}
        </p>
      )}
      <div className="guest-join-parts">
        <div className="guest-self">
          <div className="guest-video">
            <video ref={video} autoPlay muted playsInline aria-label={t.selfView} data-testid="guest-preview" hidden={!hasCamera} />
            {!hasCamera && (
              <p>
                <VideoOff size={22} aria-hidden="true" />
                {media === undefined ? t.noDevices : t.noCamera}
              </p>
            )}
          </div>
          <LevelMeter media={media} />
          <p className="quiet small">{t.meterHelp}</p>
        </div>
        <form
          className="card card-body stack"
          onSubmit={(event) => {
            event.preventDefault()
            if (media !== undefined && name.trim() !== '') enter(name.trim(), media)
          }}
        >
          <div className="field">
            <label htmlFor="guest-name">{t.name}</label>
            <input
              id="guest-name"
              className="input"
              value={name}
              maxLength={60}
              autoComplete="name"
              required
              onChange={(event) => setName(event.target.value)}
              data-testid="guest-name"
            />
          </div>
          <DeviceSelect
            id="guest-camera"
            label={t.camera}
            none={t.withoutCamera}
            value={camera}
            devices={devices.cameras}
            onChange={setCamera}
          />
          <DeviceSelect
            id="guest-microphone"
            label={t.microphone}
            none={t.withoutMicrophone}
            value={microphone}
            devices={devices.microphones}
            onChange={setMicrophone}
          />
          <fieldset className="guest-processing">
            <legend>{t.processing}</legend>
            {processing.map((each) => (
              <label key={each} className="check">
                <input
                  type="checkbox"
                  checked={audio[each]}
                  onChange={(event) => setAudio({ ...audio, [each]: event.target.checked })}
                  data-testid={`guest-${each}`}
                />
                {t[each]}
              </label>
            ))}
            <p className="hint">{t.processingHelp}</p>
          </fieldset>
          {fault && (
            <p className="advice bad" role="alert" data-testid="guest-fault">
              <b>{fault.message}.</b> {fault.remedy}{' '}
              <button type="button" className="button" onClick={() => setTries(tries + 1)}>
                {t.tryAgain}
              </button>
            </p>
          )}
          <button
            type="submit"
            className="button primary big"
            disabled={media === undefined || name.trim() === ''}
            data-testid="guest-join"
          >
            <LogIn size={18} /> {t.join}
          </button>
        </form>
      </div>
    </div>
  )
}

interface DeviceSelectProps {
  readonly id: string
  readonly label: string
  /** The choice of none. */
  readonly none: string
  readonly value: string
  readonly devices: readonly MediaDeviceInfo[]
  readonly onChange: (value: string) => void
}

function DeviceSelect({ id, label, none, value, devices, onChange }: DeviceSelectProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value)} data-testid={id}>
        <option value="">{t.browsersChoice}</option>
        {devices.map((each, index) => (
          <option key={each.deviceId} value={each.deviceId}>
            {each.label || `${label} ${index + 1}`}
          </option>
        ))}
        <option value="off">{none}</option>
      </select>
    </div>
  )
}

function choiceOf(camera: string, microphone: string, audio: Processing): CaptureChoice {
  return {
    video: camera === 'off' ? 'none' : 'camera',
    cameraId: camera === 'off' ? '' : camera,
    microphone: microphone !== 'off',
    microphoneId: microphone === 'off' ? '' : microphone,
    height,
    processing: audio,
  }
}
