"""The pages of the app: one file a page. The contract is in :mod:`twin.ui.pages.base`."""
