/** Why something was rejected, said aloud at once; nothing where it was not. */
export function FormError({ text }: { readonly text: string }) {
  if (text === '') return null
  return (
    <p className="advice bad" role="alert">
      {text}
    </p>
  )
}
