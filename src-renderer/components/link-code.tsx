import { CopyField } from './copy.tsx'
import { loadLater } from './load-later.tsx'
import './link-code.css'

/** Loaded with the first link. */
const QrCode = loadLater(async () => (await import('./qr-code.tsx')).QrCode)

interface LinkCodeProps {
  readonly link: string
  readonly label: string
  readonly testId: string
  /** What the code is, for those who do not see it. */
  readonly codeLabel: string
  /** What to do with the code. */
  readonly codeHelp: string
  /** What is shown in the code's place where only this computer opens the link. */
  readonly localHelp: string
  readonly localTestId: string
}

/** A link to copy, and its QR code for a phone; a link that leads a phone to itself has none. */
export function LinkCode({ link, label, testId, codeLabel, codeHelp, localHelp, localTestId }: LinkCodeProps) {
  return (
    <div className="link-code">
      <CopyField label={label} value={link} testId={testId} />
      {isLocal(link) ? (
        <p className="hint bad" role="status" data-testid={localTestId}>
          {localHelp}
        </p>
      ) : (
        <figure>
          <QrCode text={link} label={codeLabel} />
          <figcaption className="hint">{codeHelp}</figcaption>
        </figure>
      )}
    </div>
  )
}

/** Whether a link leads to the machine on which it is opened. */
const isLocal = (link: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(link).hostname)
