import { Video, VideoOff } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import { notifyError } from '../../components/toasts.tsx'
import type { DisplayItem } from '../displays.ts'
import { t } from '../messages.ts'
import { Tool } from '../tool.tsx'
import { type CameraSender, ShownCamera, takesCamera } from './shown-camera.ts'

interface CameraToolProps extends CameraSender {
  /** Whether the display has PipeWire; undefined: it is not known yet. */
  readonly audio: DisplayItem['audio'] | undefined
  /** What this page may do at the display. */
  readonly rights: readonly Right[]
  /** The display is shown. */
  readonly open: boolean
}

/** Lends a display this browser's camera. */
export function CameraTool({ audio, rights, open, send, sendFrame }: CameraToolProps) {
  const [shows, setShows] = useState(false)
  const camera = useRef<ShownCamera>(undefined)
  const may = rights.includes('camera')
  const stop = (): void => {
    camera.current?.close()
    camera.current = undefined
    setShows(false)
  }
  useEffect(() => {
    if (open) camera.current?.introduce()
  }, [open])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever may not any more is filmed no more
  useEffect(() => {
    if (!may) stop()
  }, [may])
  useEffect(() => () => camera.current?.close(), [])
  if (!may || audio !== 'on' || !takesCamera()) return null
  const start = async (): Promise<void> => {
    try {
      camera.current = await ShownCamera.open({ send, sendFrame }, stop)
      setShows(true)
    } catch {
      notifyError(new Error(t.cameraFailed))
    }
  }
  return (
    <Tool
      label={shows ? t.cameraOff : t.cameraOn}
      pressed={shows}
      disabled={!open}
      onClick={() => (shows ? stop() : void start())}
      testId="desktop-camera"
    >
      {shows ? <Video size={16} aria-hidden="true" /> : <VideoOff size={16} aria-hidden="true" />}
    </Tool>
  )
}
