import { CloseButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Toasts.module.css';
import { dismissToast, type Toast, toastStore } from './toasts.ts';

const shownMs = 10_000;

/** Where toasts appear. The region is always there, so that screen readers hear what is put into it. */
export function Toasts() {
  const toasts = toastStore.use();
  return (
    <div className={classes.region} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastItem key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastItem({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const [isHeld, setHeld] = useState(false);

  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => dismissToast(toast.id), shownMs);
    return () => clearTimeout(timer);
  }, [toast.id, isHeld]);

  if (toast.isShownOn === window.location.pathname) {
    return <span className={classes.spoken}>{toast.message}</span>;
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering or focusing only holds the clock.
    <div
      className={classes.toast}
      data-tone={toast.tone}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={classes.message}>{toast.message}</span>
      {toast.undo && (
        <button
          type="button"
          className={classes.undo}
          onClick={() => {
            toast.undo?.();
            dismissToast(toast.id);
          }}
        >
          {t('undo')}
        </button>
      )}
      <CloseButton
        size="sm"
        className={classes.close}
        aria-label={t('dismiss')}
        onClick={() => dismissToast(toast.id)}
      />
    </div>
  );
}
