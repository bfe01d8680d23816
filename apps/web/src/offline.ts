/** What the browser wants for a script's address, where it wants more than text. */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string }
  ) => { readonly createScriptURL: (url: string) => string }
}

// The cast: TypeScript's types of a page do not know it yet, and Firefox does not have it.
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }

/** Lets the service worker keep the board's files. Without one, the board works as long as there is a network. */
export const keepOffline = (): void => {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return
  // The only address that the policy in the page lets a script come from in this way.
  const policy = trustedTypes?.createPolicy("own-worker", { createScriptURL: () => "./worker.js" })
  void navigator.serviceWorker.register(policy?.createScriptURL("") ?? "./worker.js").catch(() => {})
}
