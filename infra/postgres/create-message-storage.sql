-- Run by the postgres image on its first start: the second database. The first, messageme, is made by POSTGRES_DB.
CREATE DATABASE message_storage;
