/** What the host says of an overlay, whole, at first and after every change. */
export interface OverlayMessage {
  readonly kind: string
  /** Size of the design, px. */
  readonly width: number
  readonly height: number
  readonly settings: Readonly<Record<string, unknown>>
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a state of its own
  readonly state: any
  /** Clock of the host, ms since 1970. */
  readonly now: number
}

/** An overlay on the page. */
export interface Drawn {
  show(message: OverlayMessage): void
  /** The page has another size. */
  resize?(): void
  /** Another kind is drawn in its place: nothing of it may go on. */
  end(): void
}

export interface DrawnKind {
  draw(root: HTMLElement): Drawn
}

type Child = Node | string

/** An element with its class and children. Texts are text: nothing of what was posted is HTML. */
export function element(className: string, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement('div')
  made.className = className
  made.append(...children)
  return made
}

/** Sets a text only where it differs, so that nothing is drawn again. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

/** Sets a `data-` attribute only where it differs. */
export function setData(target: HTMLElement, name: string, value: string | number | boolean): void {
  if (target.dataset[name] !== String(value)) target.dataset[name] = String(value)
}

/** Resolves when the animations of an element and of what is in it have ended; at once without animations. */
export async function whenStill(target: Element): Promise<void> {
  await Promise.allSettled(target.getAnimations({ subtree: true }).map((animation) => animation.finished))
}
