import { publish as t } from '../messages/page.ts'
/** What a person may send. */
export interface CaptureChoice {
  readonly video: 'camera' | 'screen' | 'none'
  /** deviceId; empty for the browser's own choice. */
  readonly cameraId: string
  readonly microphone: boolean
  readonly microphoneId: string
  /** Height of the video in pixels. */
  readonly height: number
  /** What the browser does with the microphone's audio; its own choice where absent. */
  readonly processing?: Pick<MediaTrackConstraints, 'echoCancellation' | 'noiseSuppression' | 'autoGainControl'>
}

/** A rejection in words for people. */
export class CaptureProblem extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.name = 'CaptureProblem'
    this.remedy = remedy
  }
}

/** Opens what was chosen. Rejects with CaptureProblem; nothing stays open then. */
export async function capture(choice: CaptureChoice): Promise<MediaStream> {
  if (!globalThis.isSecureContext || navigator.mediaDevices === undefined) {
    throw new CaptureProblem(t.theBrowserOpensCamerasAnd, t.openThisPageOverHttps(location.port))
  }
  const media = new MediaStream()
  const take = async (open: Promise<MediaStream>) => {
    for (const track of (await open).getTracks()) media.addTrack(track)
  }
  try {
    if (choice.video === 'screen') {
      await take(navigator.mediaDevices.getDisplayMedia({ video: { height: { max: choice.height }, frameRate: 30 }, audio: true }))
    }
    const video = choice.video === 'camera' ? videoConstraints(choice) : false
    // Audio of a shared tab replaces the microphone: one audio track goes out.
    const audio =
      choice.microphone && media.getAudioTracks().length === 0
        ? { ...choice.processing, ...(choice.microphoneId ? { deviceId: { exact: choice.microphoneId } } : {}) }
        : false
    if (video !== false || audio !== false) await take(navigator.mediaDevices.getUserMedia({ video, audio }))
  } catch (error) {
    close(media)
    throw problemOf(error as DOMException, choice)
  }
  if (media.getTracks().length === 0) throw new CaptureProblem(t.thereIsNothingToSend, t.chooseAVideoSourceOr)
  return media
}

/** Ends every track: the camera's light goes out. */
export function close(media: MediaStream): void {
  for (const track of media.getTracks()) track.stop()
}

function videoConstraints(choice: CaptureChoice): MediaTrackConstraints {
  return {
    height: { ideal: choice.height },
    width: { ideal: Math.round((choice.height * 16) / 9) },
    frameRate: { ideal: 30 },
    ...(choice.cameraId ? { deviceId: { exact: choice.cameraId } } : {}),
  }
}

function problemOf(error: DOMException, choice: CaptureChoice): CaptureProblem {
  const what = choice.video === 'screen' ? t.theScreen : choice.video === 'camera' ? t.cameraOrMicrophone : t.theMicrophone
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CaptureProblem(t.theBrowserMayNotUse(what), choice.video === 'screen' ? t.chooseAScreenOrWindow : t.allowItBesideTheUrl)
    case 'NotFoundError':
      return new CaptureProblem(what === t.cameraOrMicrophone ? t.thereIsNoCameraOrMicrophone : t.thereIsNoSuchSource, t.plugOneInOrSend)
    case 'NotReadableError':
    case 'AbortError':
      return new CaptureProblem(t.cannotBeOpened(what), t.closeTheOtherProgramThat)
    case 'OverconstrainedError':
      return new CaptureProblem(t.theChosenDeviceIsNot, t.chooseAnotherOne)
    default:
      return new CaptureProblem(t.theBrowserCouldNotOpen(what, error.message || error.name), t.chooseAnotherSource)
  }
}
