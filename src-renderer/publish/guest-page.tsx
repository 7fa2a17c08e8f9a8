import { useTitle } from '../components/page.ts'
import { Broadcast } from './broadcast.tsx'

/** The page behind a guest's link: going live, and nothing else of the host. */
export function GuestPage({ name }: { readonly name: string }) {
  useTitle(`Go live on ${name}`)
  const key = new URLSearchParams(location.hash.slice(1)).get('key') ?? ''
  return (
    <main className="guest-page" id="content">
      <h1>Go live on {name}</h1>
      {key === '' ? (
        <p className="advice bad" role="alert">
          <b>The link has no key.</b> Ask for the whole link, with everything behind the #.
        </p>
      ) : (
        <div className="card">
          <div className="card-body">
            <Broadcast target={() => Promise.resolve({ name, key })} ready />
          </div>
        </div>
      )}
    </main>
  )
}
