import { Mic, MicOff, Volume2, VolumeX } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import { readChoice, storeChoice } from '../../client/stored-choice.ts'
import { notifyError } from '../../components/toasts.tsx'
import type { DisplayAudio } from '../display-updates.ts'
import type { DisplayItem } from '../displays.ts'
import { t } from '../messages.ts'
import { Tool } from '../tool.tsx'
import { HeardAudio, playsAudio } from './heard-audio.ts'
import { SpokenAudio, takesMicrophone } from './spoken-audio.ts'

interface AudioToolsProps {
  /** Whether the display has audio; undefined: it is not known yet. */
  readonly audio: DisplayItem['audio'] | undefined
  /** What this page may do at the display. */
  readonly rights: readonly Right[]
  /** The display is shown. */
  readonly open: boolean
  readonly send: (message: ClientMessage) => void
  /** Takes what is called with each packet of audio. */
  readonly onPacket: (take: ((packet: DisplayAudio) => void) | undefined) => void
}

/** Turns the audio of a display on and off, sets how loud it is, and lends it this browser's microphone. */
export function AudioTools({ audio, rights, open, send, onPacket }: AudioToolsProps) {
  const [supported, setSupported] = useState(true)
  const [on, setOn] = useState(() => readChoice('desktop.audio', ['on', 'off']) === 'on')
  const [volume, setVolume] = useState(100)
  const [speaks, setSpeaks] = useState(false)
  const heard = useRef<HeardAudio>(undefined)
  const spoken = useRef<SpokenAudio>(undefined)
  useEffect(() => void playsAudio().then(setSupported), [])
  const mayListen = rights.includes('audio')
  const maySpeak = rights.includes('microphone') && audio === 'on' && takesMicrophone()
  const problem = problemOf(audio, supported)
  const plays = on && open && supported && mayListen && audio === 'on'

  // biome-ignore lint/correctness/useExhaustiveDependencies: another volume needs no other player
  useEffect(() => {
    if (!plays) return
    const player = new HeardAudio(send, volume / 100)
    heard.current = player
    onPacket((packet) => player.take(packet))
    player.introduce()
    return () => {
      onPacket(undefined)
      player.close()
      heard.current = undefined
    }
  }, [plays, send, onPacket])
  useEffect(() => {
    if (open) spoken.current?.introduce()
  }, [open])
  useEffect(() => () => spoken.current?.close(), [])

  const toggle = (): void => {
    setOn(!on)
    storeChoice('desktop.audio', on ? 'off' : 'on')
  }
  const hush = (): void => {
    spoken.current?.close()
    spoken.current = undefined
    setSpeaks(false)
  }
  const speak = async (): Promise<void> => {
    try {
      spoken.current = await SpokenAudio.open(send, hush)
      setSpeaks(true)
    } catch {
      notifyError(new Error(t.microphoneFailed))
    }
  }
  const label = problem ?? (on ? t.mute : t.unmute)
  return (
    <>
      {mayListen && (
        <Tool label={label} pressed={on && problem === undefined} disabled={problem !== undefined} onClick={toggle} testId="desktop-audio">
          {on && problem === undefined ? <Volume2 size={16} aria-hidden="true" /> : <VolumeX size={16} aria-hidden="true" />}
        </Tool>
      )}
      {mayListen && on && problem === undefined && (
        <input
          type="range"
          className="desktop-volume"
          min={0}
          max={100}
          step={5}
          value={volume}
          aria-label={t.volume}
          title={t.volume}
          onChange={(event) => {
            const next = Number(event.target.value)
            setVolume(next)
            if (heard.current) heard.current.volume = next / 100
          }}
          data-testid="desktop-volume"
        />
      )}
      {maySpeak && (
        <Tool
          label={speaks ? t.microphoneOff : t.microphoneOn}
          pressed={speaks}
          disabled={!open}
          onClick={() => (speaks ? hush() : void speak())}
          testId="desktop-microphone"
        >
          {speaks ? <Mic size={16} aria-hidden="true" /> : <MicOff size={16} aria-hidden="true" />}
        </Tool>
      )}
    </>
  )
}

/** Why nothing can be heard, for people. */
function problemOf(audio: DisplayItem['audio'] | undefined, supported: boolean): string | undefined {
  if (audio === 'missing') return t.audioMissing
  if (audio === 'failed') return t.audioFailed
  return supported ? undefined : t.audioUnsupported
}
