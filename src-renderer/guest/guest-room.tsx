import { LogOut, Mic, MicOff, SwitchCamera, Video, VideoOff, Volume2, VolumeX } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { guest as t } from '../messages/page.ts'
import { close } from '../publish/capture.ts'
import { LevelMeter } from '../publish/level-meter.tsx'
import { useDevices } from '../publish/use-devices.ts'
import type { WhipState } from '../webrtc/whip-client.ts'
import { type GuestEnd, GuestSession, type GuestState } from './guest-session.ts'
import type { Joined } from './join-form.tsx'
import { storeCamera } from './stored-choice.ts'
import { switchCamera } from './switch-camera.ts'

interface GuestRoomProps {
  readonly stream: string
  readonly guestKey: string
  readonly joined: Joined
  /** With a reason where the guest did not leave by themselves. */
  readonly onOver: (end?: GuestEnd) => void
}

const videoBitrate = 2_500_000

/** The show as a guest sees it: whether they are on air, the program, themselves, and what they can do. */
export function GuestRoom({ stream, guestKey, joined, onOver }: GuestRoomProps) {
  const { media, name } = joined
  const [state, setState] = useState<GuestState>()
  const [sending, setSending] = useState<WhipState>('connecting')
  const [program, setProgram] = useState<MediaStream>()
  const [microphone, setMicrophone] = useState(true)
  const [camera, setCamera] = useState(true)
  const [volume, setVolume] = useState(1)
  const [switching, setSwitching] = useState(false)
  const [problem, setProblem] = useState('')
  const { cameras } = useDevices(media)
  const session = useRef<GuestSession>(undefined)
  const leave = useRef(onOver)
  leave.current = onOver
  const self = useRef<HTMLVideoElement>(null)
  const screen = useRef<HTMLVideoElement>(null)

  useEffect(() => {
    const made = new GuestSession({
      stream,
      key: guestKey,
      name,
      media,
      videoBitrate,
      onState: setState,
      onSending: setSending,
      onProgram: setProgram,
      onEnd(end) {
        close(media)
        leave.current(end)
      },
    })
    session.current = made
    const hide = (): void => made.leave()
    addEventListener('pagehide', hide)
    return () => {
      removeEventListener('pagehide', hide)
      made.leave()
      session.current = undefined
    }
  }, [stream, guestKey, name, media])
  useEffect(() => {
    if (self.current) self.current.srcObject = media
  }, [media])
  useEffect(() => {
    if (screen.current) screen.current.srcObject = program ?? null
  }, [program])
  useEffect(() => {
    if (screen.current) screen.current.volume = volume
  }, [volume])

  const hasCamera = media.getVideoTracks().length > 0
  const hasMicrophone = media.getAudioTracks().length > 0
  const toggle = (tracks: readonly MediaStreamTrack[], isOn: boolean): void => {
    for (const track of tracks) track.enabled = isOn
    session.current?.reportDevices()
  }
  const takeOtherCamera = async (): Promise<void> => {
    setSwitching(true)
    setProblem('')
    try {
      const track = await switchCamera(media, cameras)
      if (track === undefined) return
      // Who left meanwhile is not filmed any more.
      if (session.current === undefined) return track.stop()
      session.current.replaceCamera(track)
      storeCamera(track.getSettings().deviceId ?? '')
    } catch {
      setProblem(t.cameraNotSwitched)
    } finally {
      setSwitching(false)
    }
  }
  const tally = tallyOf(state, sending)
  return (
    <div className="guest-show" data-testid="guest-show" data-tally={tally} data-sending={sending} data-program={program !== undefined}>
      <div className="guest-tally" role="status" data-tally={tally} data-testid="guest-tally">
        <b>{t.tally[tally]}</b>
        <span>{t.tallyHelp[tally](state?.show ?? '')}</span>
      </div>
      <div className="guest-screen">
        {/* biome-ignore lint/a11y/useMediaCaption: what is said in the show has no captions */}
        <video ref={screen} autoPlay playsInline aria-label={t.program} data-testid="guest-program" />
        {program === undefined && <p className="guest-empty">{state === undefined ? t.connecting : t.noProgram}</p>}
        {state?.talkedTo && (
          <p className="guest-talk" role="status" data-testid="guest-talked-to">
            {t.talkedTo}
          </p>
        )}
        <div className="guest-me">
          <video ref={self} autoPlay muted playsInline aria-label={t.selfView} hidden={!hasCamera || !camera} data-testid="guest-self" />
          {(!hasCamera || !camera) && (
            <p>
              <VideoOff size={18} aria-hidden="true" />
              <span className="sr-only">{t.cameraIsOff}</span>
            </p>
          )}
          <span translate="no">{name}</span>
        </div>
      </div>
      {state?.muted && state.onAir && (
        <p className="advice" role="status">
          {t.mutedByStudio}
        </p>
      )}
      {problem !== '' && (
        <p className="advice bad" role="alert">
          {problem}
        </p>
      )}
      <footer className="guest-controls">
        <button
          type="button"
          className="button big"
          aria-pressed={!microphone}
          disabled={!hasMicrophone}
          onClick={() => {
            toggle(media.getAudioTracks(), !microphone)
            setMicrophone(!microphone)
          }}
          data-testid="guest-mute"
        >
          {microphone && hasMicrophone ? <Mic size={18} /> : <MicOff size={18} />}
          {microphone ? t.mute : t.unmute}
        </button>
        <button
          type="button"
          className="button big"
          aria-pressed={!camera}
          disabled={!hasCamera}
          onClick={() => {
            toggle(media.getVideoTracks(), !camera)
            setCamera(!camera)
          }}
          data-testid="guest-camera-off"
        >
          {camera && hasCamera ? <Video size={18} /> : <VideoOff size={18} />}
          {camera ? t.cameraOff : t.cameraOn}
        </button>
        {hasCamera && cameras.length > 1 && (
          <button
            type="button"
            className="button big"
            disabled={switching}
            onClick={() => void takeOtherCamera()}
            data-testid="guest-switch-camera"
          >
            <SwitchCamera size={18} /> {t.switchCamera}
          </button>
        )}
        <label className="guest-volume">
          {volume > 0 ? <Volume2 size={18} aria-hidden="true" /> : <VolumeX size={18} aria-hidden="true" />}
          <span className="sr-only">{t.volume}</span>
          <input type="range" min={0} max={1} step={0.01} value={volume} onChange={(event) => setVolume(Number(event.target.value))} />
        </label>
        <LevelMeter media={media} />
        <button
          type="button"
          className="button big danger"
          onClick={() => {
            session.current?.leave()
            close(media)
            onOver()
          }}
          data-testid="guest-leave"
        >
          <LogOut size={18} /> {t.leave}
        </button>
      </footer>
    </div>
  )
}

type Tally = 'connecting' | 'waiting' | 'preview' | 'onAir' | 'lost'

function tallyOf(state: GuestState | undefined, sending: WhipState): Tally {
  if (state === undefined) return 'connecting'
  if (state.onAir) return sending === 'live' ? 'onAir' : 'lost'
  return state.inPreview ? 'preview' : 'waiting'
}
