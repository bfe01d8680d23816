import { type RefObject, useEffect } from "react"

const places = "section, form, article, [role=group], main"

/**
 * Keeps the focus near where it was when what had it is taken out of the page: a move that was made, a card that went to
 * another lane. Otherwise the keyboard would begin at the top of the page again.
 */
export const useFocusFallback = (within: RefObject<HTMLElement | null>): void =>
  useEffect(() => {
    const root = within.current
    if (root === null) return undefined
    const left = new AbortController()
    const { signal } = left
    // What has the focus, and the places around it, the narrowest first.
    let at: Node | undefined
    let around: ReadonlyArray<HTMLElement> = []

    const remember = ({ target }: FocusEvent): void => {
      at = target instanceof HTMLElement && root.contains(target) ? target : undefined
      around = []
      let place = at instanceof HTMLElement ? at.parentElement?.closest<HTMLElement>(places) : undefined
      while (place !== null && place !== undefined) {
        around = [...around, place]
        place = place.parentElement?.closest<HTMLElement>(places)
      }
    }
    const forget = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node && at?.contains(target))) at = undefined
    }
    const observer = new MutationObserver(() => {
      if (at === undefined || at.isConnected || document.activeElement !== document.body) return
      const place = around.find((place) => place.isConnected)
      if (place === undefined) return
      if (!place.hasAttribute("tabindex")) place.tabIndex = -1
      place.focus({ preventScroll: true })
    })
    observer.observe(root, { childList: true, subtree: true })
    addEventListener("focusin", remember, { signal })
    addEventListener("pointerdown", forget, { signal })
    return () => {
      observer.disconnect()
      left.abort()
    }
  }, [within])
