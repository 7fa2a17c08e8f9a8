/** What a person may send. */
export interface CaptureChoice {
  readonly picture: 'camera' | 'screen' | 'none'
  /** deviceId; empty for the browser's own choice. */
  readonly cameraId: string
  readonly microphone: boolean
  readonly microphoneId: string
  /** Height of the picture in pixels. */
  readonly height: number
}

/** A refusal in words for people. */
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
    throw new CaptureProblem(
      'The browser opens cameras and microphones on secure pages only',
      `Open this page over HTTPS, or on the host itself as http://localhost:${location.port}.`,
    )
  }
  const media = new MediaStream()
  const take = async (open: Promise<MediaStream>) => {
    for (const track of (await open).getTracks()) media.addTrack(track)
  }
  try {
    if (choice.picture === 'screen') {
      await take(navigator.mediaDevices.getDisplayMedia({ video: { height: { max: choice.height }, frameRate: 30 }, audio: true }))
    }
    const video = choice.picture === 'camera' ? pictureOf(choice) : false
    // Sound of a shared tab takes the place of the microphone: one sound track goes out.
    const audio =
      choice.microphone && media.getAudioTracks().length === 0
        ? choice.microphoneId
          ? { deviceId: { exact: choice.microphoneId } }
          : true
        : false
    if (video !== false || audio !== false) await take(navigator.mediaDevices.getUserMedia({ video, audio }))
  } catch (error) {
    close(media)
    throw problemOf(error as DOMException, choice)
  }
  if (media.getTracks().length === 0)
    throw new CaptureProblem('There is nothing to send', 'Choose a video source, or turn the microphone on.')
  return media
}

/** Ends every track: the camera's light goes out. */
export function close(media: MediaStream): void {
  for (const track of media.getTracks()) track.stop()
}

function pictureOf(choice: CaptureChoice): MediaTrackConstraints {
  return {
    height: { ideal: choice.height },
    width: { ideal: Math.round((choice.height * 16) / 9) },
    frameRate: { ideal: 30 },
    ...(choice.cameraId ? { deviceId: { exact: choice.cameraId } } : {}),
  }
}

function problemOf(error: DOMException, choice: CaptureChoice): CaptureProblem {
  const what = choice.picture === 'screen' ? 'the screen' : choice.picture === 'camera' ? 'camera or microphone' : 'the microphone'
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CaptureProblem(
        `The browser may not use ${what}`,
        choice.picture === 'screen' ? 'Choose a screen or window, and share it.' : 'Allow it beside the URL of the page, then try again.',
      )
    case 'NotFoundError':
      return new CaptureProblem(
        `There is no ${what === 'camera or microphone' ? 'camera or microphone' : 'such source'}`,
        'Plug one in, or send something else.',
      )
    case 'NotReadableError':
    case 'AbortError':
      return new CaptureProblem(`${what[0]?.toUpperCase()}${what.slice(1)} cannot be opened`, 'Close the other program that uses it.')
    case 'OverconstrainedError':
      return new CaptureProblem('The chosen device is not there any more', 'Choose another one.')
    default:
      return new CaptureProblem(`The browser could not open ${what}: ${error.message || error.name}`, 'Choose another source.')
  }
}
