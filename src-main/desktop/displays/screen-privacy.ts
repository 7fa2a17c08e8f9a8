import type { AuditLog } from '../../platform/audit.ts'
import type { ScreenPrivacyChanges, ScreenPrivacy as Shown } from '../schemas/display.ts'
import type { ScreenPrivacyChoice, ScreenPrivacyStore, StoredScreenPrivacy } from './screen-privacy-store.ts'

/** What a real screen is to be like now. */
export interface SeatWishes {
  readonly blank: boolean
  readonly blockInput: boolean
}

/** `failed`: it is wanted, and the screen cannot do it, or not for every monitor or device. */
export type SeatState = Pick<Shown, 'blanked' | 'inputBlocked'>

export interface ScreenPrivacyDependencies {
  readonly store: ScreenPrivacyStore
  readonly audit: Pick<AuditLog, 'record'>
  /** Has the process of the screen do it. */
  readonly apply: (wishes: SeatWishes) => void
  /** Has a process make the screen as it was, which starts if needed. */
  readonly restore: () => void
  /** What was chosen could not be kept. */
  readonly onProblem: (error: unknown) => void
  readonly onChange: () => void
}

const untouched: SeatState = { blanked: 'off', inputBlocked: 'off' }

/** Whether the screen of the machine is black, and its keyboard and mouse do nothing, while somebody controls it from elsewhere. */
export class ScreenPrivacy {
  readonly #dependencies: ScreenPrivacyDependencies
  #choice: ScreenPrivacyChoice
  /** Nobody knows yet that it is visible again. */
  #mayBeLeft: boolean
  #controlled = false
  /** A choice is being kept: what it says is not known yet. */
  #saving = false
  /** The screen was asked for something else than to be as it is. */
  #wanted = false
  #state = untouched

  private constructor(dependencies: ScreenPrivacyDependencies, { mayBeLeft, ...choice }: StoredScreenPrivacy) {
    this.#dependencies = dependencies
    this.#choice = choice
    this.#mayBeLeft = mayBeLeft
  }

  static async open(dependencies: ScreenPrivacyDependencies): Promise<ScreenPrivacy> {
    return new ScreenPrivacy(dependencies, (await dependencies.store.read()) ?? { blanks: false, blocksInput: false, mayBeLeft: false })
  }

  get shown(): Shown {
    return { ...this.#choice, ...this.#state }
  }

  /** Makes the screen visible where a process that was killed may have left it black. While somebody controls it, its process does so. */
  restoreLeft(): void {
    if (this.#mayBeLeft && !this.#controlled) this.#dependencies.restore()
  }

  async change(changes: ScreenPrivacyChanges, actor: string): Promise<void> {
    const { store, audit } = this.#dependencies
    const choice = { ...this.#choice, ...changes }
    const mayBeLeft = this.#mayBeLeft || choice.blanks
    this.#saving = true
    await store.save({ ...choice, mayBeLeft }).finally(() => {
      this.#saving = false
    })
    this.#choice = choice
    this.#mayBeLeft = mayBeLeft
    const black = choice.blanks ? 'black' : 'visible'
    const message = `While somebody controls the screen of this machine it is ${black}, and its own keyboard and mouse ${choice.blocksInput ? 'do nothing' : 'work'}`
    audit.record({ kind: 'command', message, actor, data: { display: 'screen' } })
    this.#apply()
    if (!choice.blanks) this.restoreLeft()
    this.#dependencies.onChange()
  }

  /** Somebody controls the screen, or nobody does any more. */
  controlChanged(controlled: boolean): void {
    if (controlled === this.#controlled) return
    this.#controlled = controlled
    this.#apply()
  }

  /** What the process of the screen could do. */
  took(state: SeatState): void {
    if (state.blanked === 'off' && this.#mayBeLeft && !this.#choice.blanks && !this.#saving) {
      this.#mayBeLeft = false
      this.#dependencies.store.save({ ...this.#choice, mayBeLeft: false }).catch(this.#dependencies.onProblem)
    }
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    this.#state = state
    this.#dependencies.onChange()
  }

  #apply(): void {
    const { apply, onChange } = this.#dependencies
    const wishes = { blank: this.#controlled && this.#choice.blanks, blockInput: this.#controlled && this.#choice.blocksInput }
    const wants = wishes.blank || wishes.blockInput
    // Screens of those who chose nothing are left alone.
    if (!wants && !this.#wanted) return
    this.#wanted = wants
    apply(wishes)
    // The process that did it may be gone by now.
    if (!this.#controlled) this.#state = untouched
    onChange()
  }
}
