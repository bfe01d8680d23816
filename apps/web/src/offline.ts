/** The API of browsers that require a trusted type as a script's URL. */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string }
  ) => { readonly createScriptURL: (url: string) => string }
}

// The cast: TypeScript's DOM types do not have it yet, and neither does Firefox.
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }

/** Registers the service worker, which caches the board's files. Without one, the board needs a network. */
export const keepOffline = (): void => {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return
  // The page's Content Security Policy allows trusted type policies of this name and of the SDK only.
  const policy = trustedTypes?.createPolicy("own-worker", { createScriptURL: () => "./worker.js" })
  void navigator.serviceWorker.register(policy?.createScriptURL("") ?? "./worker.js").catch(() => {})
}
