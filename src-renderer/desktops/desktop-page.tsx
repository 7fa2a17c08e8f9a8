import { MousePointer2 } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { ClientMessage, Quality } from '../../src-main/desktop/sessions/client-message.ts'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { readChoice, storeChoice } from '../client/stored-choice.ts'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { UploadList } from '../components/uploads/upload-list.tsx'
import { AudioTools } from './audio/audio-tools.tsx'
import { BroadcastTool, LiveMark } from './broadcast-tools.tsx'
import { CameraTool } from './camera/camera-tool.tsx'
import { DisplayClipboard } from './clipboard/display-clipboard.ts'
import { bindKeyboard, hasCommandKey, sendText } from './desktop-keyboard.ts'
import { type Connection, DesktopLink, type LinkState } from './desktop-link.ts'
import { bindPointer } from './desktop-pointer.ts'
import { DesktopToolbar, qualities } from './desktop-toolbar.tsx'
import { bindTouch } from './desktop-touch.ts'
import type { DisplayAudio } from './display-updates.ts'
import { type DisplayItem, displays } from './displays.ts'
import { type Copied, CopiedFiles } from './files/copied-files.tsx'
import { FilesButton } from './files/files-button.tsx'
import { type Printed, PrintedDocuments } from './files/printed-documents.tsx'
import { bindDrop, type FilesPath, pasteToDisplay, sendToDisplay } from './files/send-to-display.ts'
import { InputTools } from './input-tools.tsx'
import { KeyBar } from './key-bar.tsx'
import { LatencyPanel } from './latency-panel.tsx'
import { t } from './messages.ts'
import type { MonitorPlace } from './monitors/arrangement.ts'
import { MonitorsTool } from './monitors/monitors-tool.tsx'
import { RecordingMark, RecordTool } from './recording-tools.tsx'
import { ScaleTool } from './scale-tool.tsx'
import { ScreenPrivacyMark, ScreenPrivacyTools } from './screen-privacy-tools.tsx'
import { CodeForm } from './sharing/code-form.tsx'
import { ConsentPrompts } from './sharing/consent-prompts.tsx'
import { t as sharing } from './sharing/messages.ts'
import { PeoplePanel } from './sharing/people-panel.tsx'
import type { Presence } from './sharing/presence.ts'
import { SecondFactorGate } from './sharing/second-factor.tsx'
import { ShareButton } from './sharing/share-dialog.tsx'
import { StickyKeys, type StickyName } from './sticky-keys.ts'
import { type TransportChoice, transportChoices } from './transport/transport-choice.ts'
import './desktops.css'

/** Between changes of the display's size while the window's changes, ms: it is not resized for every step of a drag. */
const resizeEveryMs = 120
const minSide = 200
/** Frames of the camera wait behind no more than this, bytes. */
const maxWaitingFrames = 64 * 1024
/** Printed documents that are offered at a time. */
const maxPrinted = 100
const noRights: Presence['rights'] = []

/** Not in all browsers: https://wicg.github.io/keyboard-lock/ */
type KeyboardLocking = Navigator & { readonly keyboard?: { lock?: () => Promise<void> } }

/** A display in the browser: what it shows, keyboard and pointer, and a toolbar. */
export function DesktopPage({ id }: { readonly id: string }) {
  return (
    <SecondFactorGate>
      <OpenDisplay id={id} />
    </SecondFactorGate>
  )
}

/** Windows of one monitor have its number in their URL. */
function monitorOfAddress(): number {
  const number = Number(new URLSearchParams(location.search).get('monitor'))
  return Number.isInteger(number) && number > 0 ? number : 0
}

function OpenDisplay({ id }: { readonly id: string }) {
  const { items } = useCollection(displays)
  const admin = useIsAdmin()
  const [, navigate] = useLocation()
  const display = items[id]
  const name = display?.name ?? ''
  useTitle(name === '' ? t.title : name)
  const connection = useMemo(() => ({ display: id }), [id])
  return (
    <DesktopView
      connection={connection}
      name={name}
      inShow={display?.inShow === true}
      display={display}
      resizes={display?.kind === 'virtual'}
      audio={display?.audio}
      owner={admin}
      privacy={admin ? display?.privacy : null}
      onLeave={() => navigate('/desktops')}
    />
  )
}

interface DesktopViewProps {
  /** The same object while it is the same connection. */
  readonly connection: Connection
  readonly name: string
  /** The open show of the studio has it. */
  readonly inShow?: boolean
  /** As the host describes it; undefined for guests. */
  readonly display?: DisplayItem | undefined
  /** It can take the size of the window. */
  readonly resizes: boolean
  /** Whether its programs can be heard; undefined: it is not known yet. */
  readonly audio: DisplayItem['audio'] | undefined
  /** May share it, and take control of it. */
  readonly owner: boolean
  /** Of the screen of the machine, to admins. */
  readonly privacy?: DisplayItem['privacy'] | undefined
  readonly onLeave: () => void
}

/** An open display, of whoever opened it. */
export function DesktopView({ connection, name, inShow = false, display, resizes, audio, owner, privacy, onLeave }: DesktopViewProps) {
  const root = useRef<HTMLDivElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const toolbar = useRef<HTMLButtonElement>(null)
  const link = useRef<DesktopLink>(null)
  const [monitors, setMonitors] = useState<readonly MonitorPlace[]>([])
  const [splits, setSplits] = useState(false)
  const [monitor, setMonitor] = useState(monitorOfAddress)
  const [state, setState] = useState<LinkState>({ kind: 'connecting' })
  const [round, setRound] = useState(0)
  const [presence, setPresence] = useState<Presence>()
  const [follows, setFollows] = useState(true)
  const [fullScreen, setFullScreen] = useState(false)
  const [quality, setQuality] = useState<Quality>(() => readChoice('desktop.quality', ['balanced', ...qualities]))
  const [transport, setTransport] = useState<TransportChoice>(() => readChoice('desktop.transport', transportChoices))
  const readTransport = useCallback(() => link.current?.transport, [])
  const readLatency = useCallback(() => link.current?.latency.split(), [])
  const takePacket = useRef<(packet: DisplayAudio) => void>(undefined)
  const onPacket = useCallback((take: typeof takePacket.current) => {
    takePacket.current = take
  }, [])
  const send = useCallback((message: ClientMessage) => link.current?.send(message), [])
  /** A frame that would wait is not sent: the next one is newer. */
  const sendFrame = useCallback((frame: Uint8Array<ArrayBuffer>) => {
    if (link.current && link.current.waitingBytes < maxWaitingFrames) link.current.sendBytes(frame)
  }, [])
  const open = state.kind === 'open'
  /** The desktop that is logged in at the machine asks the person there, unless it remembers. */
  const asksThere = display?.kind === 'portal' && presence !== undefined
  /** Where this person shares files with the display, where they may. */
  const filesAt = useRef<FilesPath>('/desktop/visits/')
  if ('display' in connection) filesAt.current = `/desktop/displays/${connection.display}`
  // Another one after each break: what is being sent goes on with it.
  else if (presence?.visit !== undefined) filesAt.current = `/desktop/visits/${presence.visit}`
  const readFilesAt = useCallback(() => filesAt.current, [])
  const at = presence?.rights.includes('files') === true ? readFilesAt : undefined
  const [copied, setCopied] = useState<Copied>()
  /** The newest one first. */
  const [printed, setPrinted] = useState<readonly Printed[]>([])
  const controls = presence?.people.some(({ id, controls }) => id === presence.you && controls) === true
  const several = monitors.length > 1
  /** The one that this window shows, from 1 on; 0: all of them. */
  const shown = several && monitor <= monitors.length ? monitor : 0
  const [active, setActive] = useState<readonly StickyName[]>([])
  const [sticky] = useState(() => new StickyKeys((message) => link.current?.send(message), setActive))
  const [keys, setKeys] = useState(() => matchMedia('(pointer: coarse)').matches)
  const [keyboard, setKeyboard] = useState(false)
  const [touchpad, setTouchpad] = useState(() => readChoice('desktop.touch', ['direct', 'touchpad']) === 'touchpad')
  const [pad, setPad] = useState<{ readonly x: number; readonly y: number }>()
  const [commandIsControl, setCommandIsControl] = useState(() => readChoice('desktop.command', ['control', 'super']) === 'control')
  const touchScreen = useRef(0)
  /** As the listeners of the display read them. */
  const choices = useRef({ touchpad, commandIsControl, at, monitor })
  choices.current = { touchpad, commandIsControl, at, monitor }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round connects again
  useEffect(() => {
    const surface = canvas.current as HTMLCanvasElement
    const clipboard = new DisplayClipboard({
      send,
      sendBytes: (bytes) => link.current?.sendBytes(bytes),
      onProblem: (why) => notifyError(new Error(t.clipboardProblems[why])),
      takesFiles: () => choices.current.at !== undefined,
      onFiles: async (files) => choices.current.at !== undefined && pasteToDisplay(choices.current.at, files),
      onCopiedFiles(hasFiles) {
        const { at: place } = choices.current
        setCopied(undefined)
        if (hasFiles && place) call('GET', `${place()}/files/copied`).then(setCopied, notifyError)
      },
    })
    const made = new DesktopLink({
      connection,
      canvas: surface,
      quality: readChoice('desktop.quality', ['balanced', ...qualities]),
      transport: readChoice('desktop.transport', transportChoices),
      monitor: choices.current.monitor,
      onMonitors(next, canBeSplit) {
        setMonitors(next)
        setSplits(canBeSplit)
      },
      onState: (next) => setState((before) => (before.kind === next.kind && next.kind !== 'failed' ? before : next)),
      onPresence: setPresence,
      onCursor: (cursor) => {
        surface.style.cursor = cursor
      },
      onConnect: () => clipboard.reset(),
      onBytes: (message) => clipboard.take(message),
      onPrinted: (document) => setPrinted((before) => [document, ...before].slice(0, maxPrinted)),
      onAudio: (packet) => takePacket.current?.(packet),
      onTouchScreen: (fingers) => {
        touchScreen.current = fingers
      },
      onProblem: (problem) => notifyError(new Error(problem)),
    })
    link.current = made
    const stops = [
      clipboard.bind(stage.current as HTMLDivElement),
      bindKeyboard({
        field: field.current as HTMLTextAreaElement,
        send,
        onLeave: () => toolbar.current?.focus(),
        onPaste: (data) => clipboard.paste(data),
        sticky,
        commandIsControl: () => hasCommandKey() && choices.current.commandIsControl,
      }),
      bindPointer(surface, send),
      bindTouch({
        canvas: surface,
        send,
        isTouchpad: () => choices.current.touchpad,
        maxFingers: () => touchScreen.current,
        onPointer: (x, y) => setPad({ x, y }),
      }),
    ]
    field.current?.focus()
    return () => {
      for (const stop of stops) stop()
      made.stop()
      link.current = null
    }
  }, [connection, send, sticky, round])

  useEffect(() => {
    // A display of several monitors has no window's size; the one that this window shows alone has.
    if (!open || !follows || !resizes || !controls || (several && shown === 0)) return
    const box = stage.current as HTMLDivElement
    let timer: ReturnType<typeof setTimeout> | undefined
    let sent = ''
    // The first change is followed at once, and the last one in any case.
    const followWindow = (): void => {
      const size = { width: Math.max(minSide, box.clientWidth), height: Math.max(minSide, box.clientHeight) }
      if (timer !== undefined || sent === JSON.stringify(size)) return
      sent = JSON.stringify(size)
      send({ kind: 'size', ...size, ...(several && { monitor: shown - 1 }) })
      timer = setTimeout(() => {
        timer = undefined
        followWindow()
      }, resizeEveryMs)
    }
    followWindow()
    const observer = new ResizeObserver(followWindow)
    observer.observe(box)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [open, follows, resizes, controls, several, shown, send])

  useEffect(() => (at === undefined ? undefined : bindDrop(stage.current as HTMLDivElement, (files) => sendToDisplay(at, files))), [at])

  useEffect(() => {
    const follow = (): void => setFullScreen(document.fullscreenElement === root.current)
    document.addEventListener('fullscreenchange', follow)
    return () => document.removeEventListener('fullscreenchange', follow)
  }, [])

  const prefer = (next: Quality): void => {
    setQuality(next)
    storeChoice('desktop.quality', next)
    link.current?.prefer(next)
  }
  const toggleFullScreen = async (): Promise<void> => {
    if (fullScreen) await document.exitFullscreen()
    else {
      await root.current?.requestFullscreen()
      // Keys that the browser or the system keep otherwise, where it can pass them on.
      await (navigator as KeyboardLocking).keyboard?.lock?.().catch(() => undefined)
    }
    field.current?.focus()
  }
  const paste = async (): Promise<void> => {
    try {
      sendText(await navigator.clipboard.readText(), send)
      field.current?.focus()
    } catch {
      notifyError(new Error(t.pasteFailed))
    }
  }
  const attention = (): void => {
    const keys = [
      ['ControlLeft', 'Control'],
      ['AltLeft', 'Alt'],
      ['Delete', 'Delete'],
    ] as const
    for (const [code, key] of keys) send({ kind: 'key', code, key, down: true })
    for (const [code, key] of keys) send({ kind: 'key', code, key, down: false })
    field.current?.focus()
  }

  return (
    <div ref={root} className="desktop" data-testid="desktop" data-state={state.kind}>
      <DesktopToolbar
        name={name}
        inShow={inShow}
        start={toolbar}
        fullScreen={fullScreen}
        onFullScreen={() => void toggleFullScreen().catch(notifyError)}
        onLeave={onLeave}
        follows={resizes ? follows : undefined}
        onFollow={() => setFollows(!follows)}
        quality={quality}
        onQuality={prefer}
        onPaste={() => void paste()}
        onAttention={attention}
        mark={
          presence?.recording || presence?.live ? (
            <>
              {presence.recording && <RecordingMark recording={presence.recording} />}
              {presence.live && <LiveMark stream={presence.live} />}
            </>
          ) : null
        }
      >
        {privacy && <ScreenPrivacyMark privacy={privacy} />}
        {privacy && <ScreenPrivacyTools privacy={privacy} />}
        {presence !== undefined && <PeoplePanel presence={presence} owner={owner} send={send} />}
        {owner && 'display' in connection && <ShareButton id={connection.display} name={name} />}
        {owner && display && <BroadcastTool display={display} />}
        {presence !== undefined && <RecordTool presence={presence} owner={owner} send={send} />}
        {at && <FilesButton at={at} />}
        <LatencyPanel
          read={readLatency}
          readTransport={readTransport}
          choice={transport}
          onChoice={(next) => {
            setTransport(next)
            storeChoice('desktop.transport', next)
            link.current?.chooseTransport(next)
          }}
        />
        <MonitorsTool
          monitors={monitors}
          shown={shown}
          onShow={(next) => {
            setMonitor(next)
            link.current?.show(next)
          }}
          href={'display' in connection ? location.pathname : undefined}
          arranges={splits && controls}
          send={send}
        />
        {owner && display && <ScaleTool display={display} />}
        <InputTools
          keys={keys}
          onKeys={() => setKeys(!keys)}
          onLock={() => void Promise.resolve(canvas.current?.requestPointerLock()).then(() => field.current?.focus(), notifyError)}
          commandIsControl={commandIsControl}
          onCommand={() => {
            setCommandIsControl(!commandIsControl)
            storeChoice('desktop.command', commandIsControl ? 'super' : 'control')
          }}
        />
        <CameraTool audio={audio} rights={presence?.rights ?? noRights} open={open} send={send} sendFrame={sendFrame} />
        <AudioTools audio={audio} rights={presence?.rights ?? noRights} open={open} send={send} onPacket={onPacket} />
      </DesktopToolbar>
      {owner && <ConsentPrompts />}
      <div ref={stage} className="desktop-stage">
        <textarea
          ref={field}
          className="desktop-keys"
          aria-label={t.display(name)}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          inputMode={keys && !keyboard ? 'none' : 'text'}
          data-testid="desktop-keys"
        />
        <canvas
          ref={canvas}
          width={1280}
          height={720}
          onPointerDown={(event) => {
            // A finger that taps wants no keyboard.
            if (event.pointerType !== 'touch') setTimeout(() => field.current?.focus())
          }}
          data-testid="desktop-canvas"
        />
        <UploadList />
        {at && printed.length > 0 ? (
          <PrintedDocuments
            at={at}
            documents={printed}
            onOpened={(document) => setPrinted((before) => before.filter((each) => each !== document))}
            onClose={() => setPrinted([])}
          />
        ) : (
          at && copied && <CopiedFiles at={at} copied={copied} onClose={() => setCopied(undefined)} />
        )}
        {touchpad && pad !== undefined && <TouchPointer canvas={canvas.current} x={pad.x} y={pad.y} />}
        {!open && (
          <div className="desktop-notice" role="status">
            {state.kind === 'failed' && state.locked && 'display' in connection ? (
              <div className="card card-body desktop-locked">
                <CodeForm
                  title={sharing.locked}
                  action={sharing.unlock}
                  onCode={async (code) => {
                    await call('POST', `/desktop/displays/${connection.display}/unlock`, { body: { code } })
                    setRound(round + 1)
                  }}
                  testId="desktop-unlock"
                />
              </div>
            ) : state.kind === 'failed' ? (
              <>
                <p translate="no">{t.failed(t.unshown[state.reason] ?? state.reason)}</p>
                <button type="button" className="button" onClick={() => setRound(round + 1)} data-testid="desktop-again">
                  {t.tryAgain}
                </button>
              </>
            ) : (
              <p>
                {state.kind === 'waiting'
                  ? sharing.waiting
                  : state.kind === 'connecting'
                    ? asksThere
                      ? t.portalAsking
                      : t.connecting
                    : t.reconnecting}
              </p>
            )}
          </div>
        )}
      </div>
      {keys && (
        <KeyBar
          sticky={sticky}
          active={active}
          keyboard={keyboard}
          onKeyboard={() => {
            setKeyboard(!keyboard)
            // The keyboard comes and goes with the field's focus.
            field.current?.blur()
            setTimeout(() => field.current?.focus())
          }}
          touchpad={touchpad}
          onTouchpad={() => {
            setTouchpad(!touchpad)
            storeChoice('desktop.touch', touchpad ? 'direct' : 'touchpad')
          }}
        />
      )}
    </div>
  )
}

interface TouchPointerProps {
  readonly canvas: HTMLCanvasElement | null
  /** Pixels of the display. */
  readonly x: number
  readonly y: number
}

/** Browsers draw no pointer for fingers: the touchpad's is drawn here. */
function TouchPointer({ canvas, x, y }: TouchPointerProps) {
  if (canvas?.parentElement == null) return null
  const box = canvas.getBoundingClientRect()
  const stage = canvas.parentElement.getBoundingClientRect()
  const left = box.left - stage.left + (x / canvas.width) * box.width
  const top = box.top - stage.top + (y / canvas.height) * box.height
  return <MousePointer2 className="desktop-touch-pointer" style={{ left, top }} size={22} aria-hidden="true" data-testid="touch-pointer" />
}
