/** What the browser does with the microphone's audio. */
export interface Processing {
  readonly echoCancellation: boolean
  readonly noiseSuppression: boolean
  readonly autoGainControl: boolean
}

/** What a guest joined with, kept for this window alone: after a reload they are back at once. */
interface Choice {
  readonly stream: string
  readonly name: string
  /** deviceId; empty: the browser's choice; `off`: none. */
  readonly camera: string
  readonly microphone: string
  readonly audio: Processing
  /** They are in the show, and have not left it. */
  readonly isIn: boolean
}

const key = 'ami.guest'

/** The choice for this invitation; undefined where none was made in this window. */
export function storedChoice(stream: string): Choice | undefined {
  try {
    const stored = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Choice | null
    return stored?.stream === stream ? stored : undefined
  } catch {
    return undefined
  }
}

export function storeChoice(choice: Choice): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(choice))
  } catch {
    // Without storage they join by hand after a reload.
  }
}

/** Another camera was taken in the show: a reload brings it back. */
export function storeCamera(camera: string): void {
  change({ camera })
}

/** The guest left: a reload does not bring them back. */
export function leaveStored(): void {
  change({ isIn: false })
}

function change(changes: Partial<Choice>): void {
  try {
    const stored = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Choice | null
    if (stored !== null) storeChoice({ ...stored, ...changes })
  } catch {
    // Nothing is stored.
  }
}
