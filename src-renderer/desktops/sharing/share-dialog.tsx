import { UserPlus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { LinkCode } from '../../components/link-code.tsx'
import { ShownOnceDialog } from '../../components/shown-once-dialog.tsx'
import { AttendeeList } from './attendee-list.tsx'
import { GrantForm } from './grant-form.tsx'
import { type Grant, GrantList } from './grant-list.tsx'
import { InvitationList } from './invitation-list.tsx'
import { InviteForm } from './invite-form.tsx'
import { t } from './messages.ts'

interface ShareButtonProps {
  /** Of the display. */
  readonly id: string
  readonly name: string
}

interface ShareDialogProps extends ShareButtonProps {
  readonly onClose: () => void
}

/** What the dialog shows; `grant` without one is for another user. */
type Shown = { readonly kind: 'all' } | { readonly kind: 'invite' } | { readonly kind: 'grant'; readonly grant?: Grant }

const all: Shown = { kind: 'all' }

/** Opens the dialog of who may come to a desktop. */
export function ShareButton({ id, name }: ShareButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className="button quiet icon"
        aria-label={t.share(name)}
        title={t.share(name)}
        onClick={() => setOpen(true)}
        data-testid="desktop-share"
      >
        <UserPlus size={16} aria-hidden="true" />
      </button>
      {open && <ShareDialog id={id} name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Who may come to a desktop: users of the host, links for guests, and who is there now. */
function ShareDialog({ id, name, onClose }: ShareDialogProps) {
  const [shown, setShown] = useState(all)
  const [link, setLink] = useState<string>()
  const back = (): void => setShown(all)
  if (link !== undefined) {
    return (
      <ShownOnceDialog title={t.link} advice={t.linkHelp} onClose={onClose} testId="share-link-dialog" savedTestId="share-link-done">
        <LinkCode
          link={link}
          label={t.link}
          testId="share-link"
          codeLabel={t.qrCode}
          codeHelp={t.qrHelp}
          localHelp={t.linkLocal}
          localTestId="share-link-local"
        />
      </ShownOnceDialog>
    )
  }
  if (shown.kind === 'invite') {
    return (
      <Dialog key="invite" title={t.inviteTo(name)} onClose={back} testId="share-invite-dialog">
        <InviteForm display={id} onLink={setLink} onClose={back} />
      </Dialog>
    )
  }
  if (shown.kind === 'grant') {
    return (
      <Dialog key="grant" title={t.rightsAt(name)} onClose={back} testId="share-grant-dialog">
        <GrantForm display={id} grant={shown.grant} onClose={back} />
      </Dialog>
    )
  }
  return (
    <Dialog key="all" title={t.share(name)} onClose={onClose} testId="share-dialog">
      <Part title={t.users} action={t.addUser} testId="share-add-user" onAction={() => setShown({ kind: 'grant' })}>
        <GrantList display={id} onChange={(grant) => setShown({ kind: 'grant', grant })} />
      </Part>
      <Part title={t.invitations} action={t.inviteGuest} testId="share-invite" onAction={() => setShown({ kind: 'invite' })}>
        <InvitationList display={id} />
      </Part>
      <Part title={t.people}>
        <AttendeeList display={id} />
      </Part>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

interface PartProps {
  readonly title: string
  readonly action?: string
  readonly testId?: string
  readonly onAction?: () => void
  readonly children: ReactNode
}

function Part({ title, action, testId, onAction, children }: PartProps) {
  return (
    <section className="desktop-share-part">
      <header>
        <h3>{title}</h3>
        {action !== undefined && (
          <button type="button" className="button" onClick={onAction} data-testid={testId}>
            {action}
          </button>
        )}
      </header>
      {children}
    </section>
  )
}
