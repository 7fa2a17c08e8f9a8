/** A text that may quote an address, without the password, passphrase or key in it. */
export function hideSecrets(text: string): string {
  return text.replace(/(\/\/[^\s/:@]+):[^\s@/]+@/g, '$1:***@').replace(/([?&](?:passphrase|key|token|streamid)=)[^\s&]+/gi, '$1***')
}
